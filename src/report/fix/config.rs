//! Formats of configuration, of pipelines and of documents: where each takes its secrets from.

use super::{Advice, Comment};

const HASH: Comment = Comment::Line("#");
const SLASHES: Comment = Comment::Line("//");
const TAGS: Comment = Comment::Block("<!--", "-->");

/// The advice for a file of that name in those folders, both in lower case.
pub(super) fn by_name(folders: &str, name: &str) -> Option<Advice> {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_yaml = matches!(extension, "yml" | "yaml");
    let below = |wanted: &[&str]| folders.split('/').any(|folder| wanted.contains(&folder));
    let advice = if let Some(dotenv) = dotenv(name, extension) {
        dotenv
    } else if let Some(pipeline) = pipeline(folders, name, is_yaml) {
        pipeline
    } else if is_dockerfile(name) {
        DOCKERFILE
    } else if is_yaml && (stem.contains("compose") || stem.starts_with("docker-stack")) {
        COMPOSE
    } else if is_yaml && (stem.starts_with("application") || stem.starts_with("bootstrap")) {
        SPRING_YAML
    } else if is_yaml && (below(&["helm", "charts", "chart"]) || stem.starts_with("values")) {
        HELM
    } else if is_yaml && (below(KUBERNETES_FOLDERS) || KUBERNETES_FILES.iter().any(|kind| stem.contains(kind))) {
        KUBERNETES
    } else if is_yaml && below(&["ansible", "playbooks", "roles", "group_vars", "host_vars"]) {
        ANSIBLE
    } else if stem.starts_with("appsettings") && extension == "json" {
        APPSETTINGS
    } else if matches!(name, "mcp.json" | ".mcp.json" | "claude_desktop_config.json" | "launch.json") {
        MCP
    } else if name.ends_with(".postman_collection.json") || name.ends_with(".postman_environment.json") {
        POSTMAN
    } else if matches!(name, "wrangler.toml" | "wrangler.json" | "wrangler.jsonc" | "fly.toml") {
        PLATFORM
    } else {
        by_extension(extension)?
    };
    Some(advice)
}

const KUBERNETES_FOLDERS: &[&str] =
    &["k8s", "kubernetes", "kube", "manifests", "kustomize", "overlays", "argocd", "flux", "openshift"];
const KUBERNETES_FILES: &[&str] =
    &["deployment", "configmap", "secret", "statefulset", "daemonset", "cronjob", "pod", "kustomization"];

fn dotenv(name: &str, extension: &str) -> Option<Advice> {
    let template = [".example", ".sample", ".template", ".dist", ".defaults"].iter().any(|end| name.ends_with(end));
    let is = name == ".env" || name.starts_with(".env.") || extension == "env" || name == ".envrc";
    match (template, is || name.contains(".env.")) {
        (true, true) => {
            Some(Advice { lead: "a template names the variable and leaves it empty:", code: &["{N}="], comment: HASH })
        }
        (false, true) if is => Some(Advice {
            lead: "keep the key in this file, and the file out of git:",
            code: &["git rm --cached -- {PATH}", "echo {PATH} >> .gitignore"],
            comment: HASH,
        }),
        _ => None,
    }
}

fn pipeline(folders: &str, name: &str, is_yaml: bool) -> Option<Advice> {
    let github = folders.ends_with(".github/workflows") || matches!(name, "action.yml" | "action.yaml");
    Some(match name {
        _ if github && is_yaml => GITHUB,
        ".gitlab-ci.yml" => GITLAB,
        _ if is_yaml && (name.ends_with(".gitlab-ci.yml") || folders.contains(".gitlab")) => GITLAB,
        _ if is_yaml && folders.ends_with(".circleci") => CIRCLECI,
        "azure-pipelines.yml" | "azure-pipelines.yaml" => AZURE,
        "bitbucket-pipelines.yml" | ".travis.yml" | ".drone.yml" | "buildspec.yml" | "cloudbuild.yaml" => PIPELINE,
        _ if name.starts_with("jenkinsfile") => JENKINS,
        _ => return None,
    })
}

fn is_dockerfile(name: &str) -> bool {
    let begins = |word: &str| name == word || name.strip_prefix(word).is_some_and(|rest| rest.starts_with('.'));
    begins("dockerfile") || begins("containerfile") || name.ends_with(".dockerfile")
}

fn by_extension(extension: &str) -> Option<Advice> {
    Some(match extension {
        "tf" | "tfvars" | "hcl" | "tofu" => TERRAFORM,
        "properties" => PROPERTIES,
        "ipynb" => NOTEBOOK,
        "md" | "mdx" | "markdown" => MARKDOWN,
        "rst" | "adoc" | "asciidoc" | "txt" | "textile" | "org" | "tex" => DOCUMENT,
        "http" | "rest" => HTTP,
        "config" | "xml" | "csproj" | "plist" | "resx" | "xaml" => XML,
        "json" | "har" => JSON,
        "jsonc" | "json5" => Advice { comment: SLASHES, ..JSON },
        "yml" | "yaml" => YAML,
        "toml" | "ini" | "cfg" | "conf" | "cnf" | "service" => SETTINGS,
        "npmrc" => Advice { lead: "npm reads the environment:", code: &["${{N}}"], comment: HASH },
        "log" | "out" => Advice {
            lead: "logs do not belong into a repository; let the program mask the header before it logs a request",
            code: &[],
            comment: Comment::None,
        },
        _ => return None,
    })
}

const DOCKERFILE: Advice = Advice {
    lead: "ARG and ENV stay in the image. While it is built, mount a secret; when it runs, pass the variable:",
    code: &["RUN --mount=type=secret,id={n},env={N} ...", "docker run -e {N} ..."],
    comment: HASH,
};
const COMPOSE: Advice = Advice {
    lead: "compose takes it from its environment or an ignored .env:",
    code: &["environment:", "  {N}: ${{N}:?is not set}"],
    comment: HASH,
};
const SPRING_YAML: Advice =
    Advice { lead: "Spring takes it from the environment:", code: &["api-key: ${{N}}"], comment: HASH };
const PROPERTIES: Advice =
    Advice { lead: "Spring takes it from the environment:", code: &["konver.api-key=${{N}}"], comment: HASH };
const HELM: Advice = Advice {
    lead: "name an existing Secret in the values, and read it in the template:",
    code: &["valueFrom:", "  secretKeyRef: { name: konver, key: {N} }"],
    comment: HASH,
};
const KUBERNETES: Advice = Advice {
    lead: "base64 hides nothing. Keep the Secret out of git (or sealed), and refer to it:",
    code: &["valueFrom:", "  secretKeyRef: { name: konver, key: {N} }"],
    comment: HASH,
};
const ANSIBLE: Advice = Advice {
    lead: "Ansible, from the environment, or encrypted by ansible-vault:",
    code: &["\"{{ lookup('env', '{N}') }}\""],
    comment: HASH,
};
const GITHUB: Advice = Advice {
    lead: "add it under Settings > Secrets and variables > Actions, then:",
    code: &["env:", "  {N}: ${{ secrets.{N} }}"],
    comment: HASH,
};
const GITLAB: Advice = Advice {
    lead: "add it under Settings > CI/CD > Variables (masked, protected); jobs have it as",
    code: &["${N}"],
    comment: HASH,
};
const CIRCLECI: Advice = Advice {
    lead: "add it under Project Settings > Environment Variables; jobs have it as",
    code: &["${N}"],
    comment: HASH,
};
const AZURE: Advice =
    Advice { lead: "make it a secret variable of the pipeline:", code: &["env:", "  {N}: $({N})"], comment: HASH };
const PIPELINE: Advice =
    Advice { lead: "make it a secured variable of the pipeline; jobs have it as", code: &["${N}"], comment: HASH };
const JENKINS: Advice = Advice {
    lead: "keep it in Jenkins' credentials:",
    code: &["environment { {N} = credentials('{n-}') }"],
    comment: SLASHES,
};
const APPSETTINGS: Advice = Advice {
    lead: "leave it out of appsettings: user secrets while developing, the environment in production:",
    code: &["dotnet user-secrets set \"Konver:ApiKey\" ...", "Konver__ApiKey=..."],
    comment: SLASHES,
};
const MCP: Advice = Advice {
    lead: "refer to the environment of whoever starts it:",
    code: &["\"env\": { \"{N}\": \"${env:{N}}\" }"],
    comment: Comment::None,
};
const POSTMAN: Advice = Advice {
    lead: "keep the value in the vault (or as a current value, which is not exported), and refer to it:",
    code: &["{{vault:{n}}}"],
    comment: Comment::None,
};
const PLATFORM: Advice = Advice {
    lead: "keep it in the platform's secrets:",
    code: &["wrangler secret put {N}", "fly secrets set {N}=..."],
    comment: HASH,
};
const TERRAFORM: Advice = Advice {
    lead: "take it as a sensitive variable, given by TF_VAR_{n} (the state holds it: keep that private):",
    code: &["variable \"{n}\" {", "  type      = string", "  sensitive = true", "}"],
    comment: HASH,
};
const NOTEBOOK: Advice = Advice {
    lead: "read it in the cell, and clear outputs that show it:",
    code: &["os.environ[\"{N}\"]", "jupyter nbconvert --clear-output --inplace {PATH}"],
    comment: Comment::None,
};
const MARKDOWN: Advice =
    Advice { lead: "documents show the vendor's placeholder:", code: &["YOUR_API_KEY"], comment: TAGS };
const DOCUMENT: Advice =
    Advice { lead: "documents show the vendor's placeholder:", code: &["YOUR_API_KEY"], comment: HASH };
const HTTP: Advice =
    Advice { lead: "from the environment, or an ignored .env:", code: &["{{$processEnv {N}}}"], comment: HASH };
const XML: Advice =
    Advice { lead: "leave it out, and let the program read the environment variable {N}", code: &[], comment: TAGS };
const JSON: Advice = Advice {
    lead: "JSON reads no environment: leave the value out, and let the program read {N}",
    code: &[],
    comment: Comment::None,
};
const YAML: Advice = Advice { lead: "if what reads this file fills in variables:", code: &["${{N}}"], comment: HASH };
const SETTINGS: Advice =
    Advice { lead: "leave it out, and let the program read the environment variable {N}", code: &[], comment: HASH };
