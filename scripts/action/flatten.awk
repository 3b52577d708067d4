# A JSON document as lines `path<TAB>value`, one for each string, number and word: `pull_request.base.sha<TAB>0123...`.
# Strings keep their escapes and lose their quotes. So that the action needs neither jq nor python.

function where(    i, path) {
    for (i = 1; i <= depth; i++) path = path (i > 1 ? "." : "") (kind[i] == "[" ? count[i] : name[i])
    return path
}

function token(text) {
    if (text == "{" || text == "[") { depth++; kind[depth] = text; count[depth] = 0; value = (text == "[") }
    else if (text == "}" || text == "]") { depth--; value = 1 }
    else if (text == ":") value = 1
    else if (text == ",") { if (kind[depth] == "[") count[depth]++; else value = 0 }
    else {
        if (substr(text, 1, 1) == "\"") text = substr(text, 2, length(text) - 2)
        if (value) print where() "\t" text
        else name[depth] = text
    }
}

{
    rest = $0
    while (match(rest, /^[ \t\r]*("([^"\\]|\\.)*"|[{}:,]|\[|\]|[^]["{}:, \t\r]+)/)) {
        text = substr(rest, 1, RLENGTH)
        rest = substr(rest, RLENGTH + 1)
        sub(/^[ \t\r]+/, "", text)
        token(text)
    }
}
