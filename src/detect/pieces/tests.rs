//! Tests of what is put together.

use super::*;

/// The values that a text puts together, each once.
fn values(text: &str) -> Vec<String> {
    let found = pieces(text.as_bytes());
    let assembled = found.assemblies.iter().map(|it| &it.whole);
    let certain = found.literals.iter().filter(|it| !it.loose);
    let mut all: Vec<String> =
        certain.chain(assembled).map(|it| String::from_utf8(it.value.clone()).unwrap()).collect();
    all.sort();
    all.dedup();
    all
}

/// Two halves and a third piece, each too regular to be a key, and halves that look like keys themselves.
const SMALL: (&str, &str) = ("q7w3e9r1", "t5y8u2i6");
const LARGE: (&str, &str) = ("hV3qT8zLx0Rk5WbN7yUe", "c2PmJ9sDf4GaY6oKi1Xw");

/// Texts of which `A` and `B` are the halves, with what must be put together of them.
fn check(texts: &[&str], separator: &str, pairs: &[(&str, &str)], is_one: bool) {
    for text in texts {
        for (a, b) in pairs {
            let filled = text.replace("<1>", a).replace("<2>", b);
            let expected = if is_one { vec![[*a, *b].join(separator)] } else { Vec::new() };
            assert_eq!(values(&filled), expected, "{filled}");
        }
    }
}

#[test]
fn literals_are_put_together_by_what_appends() {
    let texts = [
        "k = '<1>' + '<2>'",
        "define('KONVER_KEY', '<1>' . '<2>');",
        "k = \"<1>\" <>\n    \"<2>\"",
        "k = \"<1>\"\n  <> \"<2>\"",
        "k = \"<1>\" ++ \"<2>\"",
        "k = \"<1>\" .. \"<2>\"",
        "k = \"<1>\" & _\n  \"<2>\"",
        "let k = \"<1>\" ^ \"<2>\" in",
        "k = (\"<1>\"\n  \"<2>\")",
        "K = \"<1>\" \\\n  \"<2>\"",
        "k = (\"<1>\") + (\"<2>\")",
        "k = '<1>' + // the first half\n  '<2>'",
        "UPDATE connector SET api_key = '<1>' || '<2>' WHERE id = 4",
        "v_key := '<1>' || '<2>';",
        "char k[] = \"<1>\" \"<2>\";",
        "#define KEY \"<1>\" \"<2>\"\n",
        "k = \"<1>\".to_string() + \"<2>\"",
        "k = \"<1>\" * \"<2>\"",
        "k = '<1>' && '<2>'.",
        "<a onclick=\"use('<1>' + '<2>')\">",
        "use(\"it's\" + x, \"<1>\" + \"<2>\")",
    ];
    check(&texts, "", &[SMALL, LARGE], true);
}

#[test]
fn keys_beside_one_another_are_several() {
    let texts = [
        "k = ['<1>', '<2>']",
        "KEYS=('<1>' '<2>')",
        "KEYS=(\n  '<1>'\n  '<2>'\n)",
        "k = '<1>' || '<2>'",
        "const a = '<1>';\nconst b = '<2>';\nuse(a || b);",
        "const a = '<1>';\nconst b = '<2>';\nuse([a, b]);",
        "use('<1>', '<2>')",
        "k = ['<1>', '<2>'].join(',')",
        "keys.append('<1>')\nkeys.append('<2>')",
        "keys = concat(['<1>'], ['<2>'])",
        "keys = concat(['<1>', '<2>'])",
        "k = a ?? '<1>' ?? '<2>'",
        "{'<1>': '<2>'}",
        "flags.String(\"<1>\", \"<2>\", \"what it is\")",
    ];
    check(&texts, "", &[LARGE], false);
}

#[test]
fn calls_make_one_of_a_list() {
    let texts = [
        "concat!(\"<1>\", \"<2>\")",
        "k = string.Concat(\"<1>\", \"<2>\");",
        "SELECT CONCAT('<1>', '<2>')",
        "k <- paste0(\"<1>\", \"<2>\")",
        "k <- str_c(\"<1>\", \"<2>\")",
        "const K = string(\"<1>\", \"<2>\")",
        "(def k (str \"<1>\" \"<2>\"))",
        "k := strings.Join([]string{\n\"<1>\",\n\"<2>\",\n}, \"\")",
        "k = \"\".join([\"<1>\", \"<2>\"])",
        "$k = implode('', ['<1>', '<2>']);",
        "$k = implode('', array('<1>', '<2>'));",
        "k = join(\"\", [\n  \"<1>\",\n  \"<2>\",\n])",
        "k = ['<1>', '<2>'].join('')",
        "let k = [\"<1>\", \"<2>\"].joined()",
        "$k = '<1>', '<2>' -join ''",
        "$k = ('<1>', '<2>') -join ''",
        "$k = @('<1>', '<2>') -join ''",
        "k = [\"<1>\", \"<2>\"] |> Enum.join(\"\")",
        "val k = listOf(\"<1>\", \"<2>\").joinToString(\"\")",
        "k = String.join(\"\", \"<1>\", \"<2>\");",
        "k = %w[<1> <2>].join",
        "my $k = join('', qw(<1> <2>));",
        "my @bits = qw(<1> <2>);\nuse(join('', @bits));",
        "bits = ['<1>', '<2>']\nuse(bits.join(''))",
        "$bits = @('<1>', '<2>')\n$k = -join $bits",
        "local k = table.concat({\"<1>\", \"<2>\"})",
        "k = concatStringsSep \"\" [ \"<1>\" \"<2>\" ];",
        "let k = String.concat \"\" [ \"<1>\"; \"<2>\" ]",
        "k = mconcat [\"<1>\", \"<2>\"]",
        "set k [string cat \"<1>\" \"<2>\"]",
        "parts = []\nparts.append(\"<1>\")\nparts.append(\"<2>\")\nuse(\"\".join(parts))",
        "$parts[] = '<1>';\n$parts[] = '<2>';\nuse(implode('', $parts));",
        "bits = [\"<1>\", \"<2>\"]\nuse(bits[0] + bits[1])",
    ];
    check(&texts, "", &[SMALL, LARGE], true);
    let parted = [
        "k = '-'.join(['<1>', '<2>'])",
        "k := strings.Join([]string{\"<1>\", \"<2>\"}, \"-\")",
        "$k = implode('-', ['<1>', '<2>']);",
        "k = join(\"-\", \"<1>\", \"<2>\")",
        "k = ['<1>', '<2>'].join('-')",
        "$k = ('<1>', '<2>') -join '-'",
        "a = '<1>'\nb = '<2>'\nuse(f'{a}-{b}')",
        "const a = '<1>', b = '<2>';\nuse(`${a}-${b}`)",
        "k = fmt.Sprintf(\"%s-%s\", \"<1>\", \"<2>\")",
    ];
    check(&parted, "-", &[SMALL, LARGE], true);
}

#[test]
fn formats_are_filled() {
    let texts = [
        "k = String.format(\"%s%s\", \"<1>\", \"<2>\");",
        "k := fmt.Sprintf(\"%s%s\", \"<1>\", \"<2>\")",
        "k = '%s%s' % ('<1>', '<2>')",
        "$k = '{0}{1}' -f '<1>', '<2>'",
        "$k = '{1}{0}' -f '<2>', '<1>'",
        "k = '{}{}'.format('<1>', '<2>')",
        "K=$(printf '%s%s' <1> <2>)",
        "K=$(printf '%s' '<1>' '<2>')",
        "K=\"$(printf '%s%s' '<1>' '<2>')\" # \"",
        "h = \"Bearer %s%s\" % (\"<1>\", \"<2>\")",
        "let k = format!(\"{}{}\", \"<1>\", \"<2>\");",
    ];
    check(&texts, "", &[SMALL, LARGE], true);
}

#[test]
fn names_stand_for_their_literals() {
    let texts = [
        "const a = '<1>';\nconst b = '<2>';\nuse(a + b);",
        "A='<1>'\nB=<2>\nKEY=\"$A$B\"\n",
        "A='<1>'\nB='<2>'\nKEY=\"${A}${B}\"\n",
        "A='<1>'\nB='<2>'\nKEY=\"$A\"\"$B\"\n",
        "a = \"<1>\"\nb = \"<2>\"\nk = f(`${a}${b}`)",
        "a = \"<1>\"\nb = \"<2>\"\nk = f\"{a}{b}\"",
        "$a = '<1>'; $b = '<2>'; $k = $a . $b;",
        "$a = '<1>'; $b = '<2>'; $k = $a.$b;",
        "const a = '<1>';\nuse(`${a}<2>`);",
        "a = '<1>'\nuse(a + '<2>')",
        "$b = '<2>';\nuse('<1>' . $b);",
        "const string A = \"<1>\";\nconst string B = \"<2>\";\nk = string.Concat(A, B);",
        "Private Const DEL_1 As String = \"<1>\"\nPrivate Const DEL_2 As String = \"<2>\"\nx \"X-Api-Key\", DEL_1 & DEL_2",
        "(let [a \"<1>\"\n      b \"<2>\"]\n  (str a b))",
        "private a = \"<1>\";\nprivate b = \"<2>\";\nuse(this.a + this.b)",
        "@a = '<1>'\n@b = '<2>'\nuse(@a + @b)",
        "$a = '<1>'\n$b = '<2>'\n$k = '{0}{1}' -f $a, $b",
        "#define PART1 \"<1>\"\n#define PART2 \"<2>\"\nuse(PART1 PART2)",
        "a = \"<1>\"\nb = \"<2>\"\nk = a <> b",
        "@a \"<1>\"\n@b \"<2>\"\n@k @a <>\n  @b",
        "const A: &str = \"<1>\";\nconst B: &str = \"<2>\";\nlet k = format!(\"{}{}\", A, B);",
        "define('A', '<1>');\ndefine('B', '<2>');\nuse(A . B);",
        "A, B = \"<1>\", \"<2>\"\nuse(A + B)",
        "const p = { a: '<1>', b: '<2>' };\nuse(p.a + p.b);",
        "p = {'a': '<1>', 'b': '<2>'}\nuse(p['a'] + p['b'])",
    ];
    check(&texts, "", &[SMALL, LARGE], true);
    let five = "a='q7w3e'; b='r9t1y'; c='u5i8o'; d='p2a6s'; e='d4f0g';\nuse(a + b + c + d + e)";
    assert_eq!(values(five), ["q7w3er9t1yu5i8op2a6sd4f0g"]);
}

#[test]
fn values_grow() {
    let texts = [
        "a = '<1>'\na += '<2>'\n",
        "new StringBuilder()\n  .append(\"<1>\")\n  .append(\"<2>\")\n  .toString()",
        "StringBuilder sb = new StringBuilder();\nsb.append(\"<1>\");\nsb.append(\"<2>\");",
        "var sb strings.Builder\nsb.WriteString(\"<1>\")\nsb.WriteString(\"<2>\")",
        "let mut s = String::from(\"<1>\");\ns.push_str(\"<2>\");",
        "k = '<1>'.concat('<2>')",
    ];
    check(&texts, "", &[SMALL, LARGE], true);
}

#[test]
fn what_is_no_constant_of_the_text_is_left() {
    for text in [
        "const a = 'q7w3e9r1t5y8u2i6';\nuse(a + b);",
        "x.y(a, b)",
        "params:\n  id: 0f8fad5b-d9cb-469f-a165-70867728950e\n---\npaste0(base, params$id)",
        "const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';\nget(`/v1/company/${ID}`)",
        "const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';\nget('/v1/company/' + ID)",
    ] {
        assert!(values(text).is_empty(), "{text}");
    }
}
