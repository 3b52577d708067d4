//! The published schema: made from the types.

use super::model::Document;

/// The JSON Schema of the document.
pub fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(schemars::transform::RecursiveTransform(without_null))
        .into_generator()
        .into_root_schema_for::<Document>()
}

/// Fields that do not apply are absent, never null, so no field may be null.
fn without_null(schema: &mut schemars::Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(serde_json::Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    let is_null = |schema: &serde_json::Value| schema.get("type").is_some_and(|name| name == "null");
    if let Some(serde_json::Value::Array(choices)) = object.get("anyOf")
        && let [serde_json::Value::Object(only)] =
            choices.iter().filter(|choice| !is_null(choice)).collect::<Vec<_>>().as_slice()
    {
        let only = (*only).clone();
        object.remove("anyOf");
        object.extend(only);
    }
}
