use proptest::prelude::*;

use super::*;

fn told(text: &str, engine: Engine) -> Vec<String> {
    read(text, engine)
        .iter()
        .map(|one| {
            assert!(one.span.of(text).contains(one.expression.as_str()), "{text}");
            format!("{} {} [{}]", one.how.word(), one.expression, one.roots.join(" "))
        })
        .collect()
}

#[test]
fn jinja_and_django() {
    let text = "{{ a }} {{ user.bio|safe }} {{- b | default('x|y') | safe -}} {{ c|e|safe }} {{ d|tojson|safe }} {# {{ e|safe }} #} {{ 'x'|safe }}
        {% autoescape off %}{{ f }} {{ g|escape }} {% autoescape true %}{{ h }}{% endautoescape %}{{ i[j] }}{% endautoescape %}{{ k }}
        {% raw %}{{ l|safe }}{% endraw %}{% verbatim %}{{ m|safe }}{% endverbatim %}{% if n|safe %}{% endif %}{{ super()|safe }} {{ o|safe";
    assert_eq!(told(text, Engine::Jinja), ["filter user.bio [user]", "filter b [b]", "switched-off f [f]", "switched-off i[j] [i j]"]);
    assert_eq!(told("{% autoescape false %}{{ a }}", Engine::Jinja), ["switched-off a [a]"]);
    assert_eq!(told("{{ a(b)|safe }}{{", Engine::Html), ["filter a(b) [a b]"]);
}

#[test]
fn ejs() {
    let text = "<%= a %> <%- b.c %> <%- include('x', { d }) -%> <%- body %> <%_ e _%> <%- f(g); -%> <%# h %> <%- JSON.stringify(i) %> <%- ";
    assert_eq!(told(text, Engine::Ejs), ["sign b.c [b]", "sign f(g) [f g]", "sign JSON.stringify(i) [JSON i]"]);
}

#[test]
fn handlebars() {
    let text = "{{ a }} {{{ b.c }}} {{& d }} {{{body}}} {{> e}} {{{> f}}} {{{{raw}}}} {{g}} {{{{/raw}}}} {{{ h }} {{#if x}}{{{~i~}}}{{/if}} {{{ j";
    assert_eq!(told(text, Engine::Handlebars), ["sign b.c [b]", "sign d [d]", "sign i [i]"]);
}

#[test]
fn pug() {
    let text = "p= a\np!= b.c\n!= d\n#x.y(a='b')!= e\nif f != g\n- h != i\np text !{j} and #{k} !{l.m}\n//- comment\n  p!= n\np!=\np o != q\n";
    assert_eq!(told(text, Engine::Pug), ["sign b.c [b]", "sign d [d]", "sign e [e]", "sign j [j]", "sign l.m [l]"]);
}

#[test]
fn pages_may_be_any_of_them() {
    assert_eq!(told("<p>{{{a}}}</p>{{b|safe}}<%- c %>", Engine::Html), ["sign a [a]", "filter b [b]", "sign c [c]"]);
    assert_eq!(told("<p>a | safe {{ }} {{{ }}} <% %> {", Engine::Html), [""; 0]);
}

#[test]
fn templates_have_names() {
    let file = FileId::new("/w/app/templates/users/show.html");
    assert_eq!(name_of(&file), "users/show.html");
    assert_eq!(name_of(&FileId::new("/w/pages/a.ejs")), "a.ejs");
    for (name, is) in
        [("users/show.html", true), ("users/show", true), ("show.html", true), ("./show", true), ("how.html", false), ("", false), ("show.ejs", false)]
    {
        assert_eq!(is_called(&file, name), is, "{name}");
    }
}

#[test]
fn long_texts_end() {
    for sign in ["{{", "{%", "{#", "{{{", "<%-", "!{", "{{a|", "{{{{", "{% raw %}", "p!=", "{{'", "{{ a|safe }}", "<%- a"] {
        for engine in [Engine::Html, Engine::Pug] {
            read(&sign.repeat(40_000), engine);
        }
    }
}

proptest! {
    #[test]
    fn no_text_is_too_strange(parts in proptest::collection::vec(proptest::sample::select(vec![
        "{{", "}}", "{%", "%}", "{#", "#}", "{{{", "}}}", "<%-", "%>", "<%=", "a", ".b", "|safe", "|", "'", "\"", "é", " ", "\n", "autoescape off", "endautoescape", "raw", "endraw", "!=", "!{", "}", "(", ")",
    ]), 0..40)) {
        let text = parts.concat();
        for engine in [Engine::Jinja, Engine::Ejs, Engine::Handlebars, Engine::Pug, Engine::Html] {
            for one in read(&text, engine) {
                prop_assert!(text.get(one.span.range()).is_some());
            }
        }
    }
}

#[test]
fn what_a_loop_of_ejs_calls_an_element_is_of_its_list() {
    let roots = |text: &str| -> Vec<String> { read(text, Engine::Ejs).into_iter().filter_map(|one| one.roots.first().map(|name| name.to_string())).collect() };
    assert_eq!(roots("<% recipe.comments.forEach(function (c) { %><%- c.text %><% }) %>"), ["recipe"]);
    assert_eq!(roots("<% notes.forEach((note, at) => { %><%- note.body %><% }) %>"), ["notes"]);
    assert_eq!(roots("<% for (const note of notes) { %><%- note.body %><% } %>"), ["notes"]);
    assert_eq!(roots("<%- note.body %><% for (const note of "), ["note"]);
}
