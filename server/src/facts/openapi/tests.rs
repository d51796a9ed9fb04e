use super::*;

const TEXT: &str = "openapi: 3.0.0
servers:
  - url: https://api.example.org/v1/
security:
  - bearer: []
paths:
  /notes/{noteId}/{slug}:
    parameters:
      - $ref: '#/components/parameters/Note'
    get:
      operationId: api.notes.get_note
      parameters: [{in: path, name: slug, schema: {type: string, format: uuid}}]
    delete:
      x-openapi-router-controller: api.notes
      operationId: delete_note
      security: []
  /open:
    x-openapi-router-controller: api.open
    post:
      operationId: create
      security: [{}, {bearer: []}]
    put:
      operationId: update
      security: [{key: []}]
    patch:
      operationId: no such name
  /described:
    get:
      operationId: getDescribed
components:
  parameters:
    Note: {in: path, name: noteId, schema: {type: integer}}
  securitySchemes:
    bearer: {type: http, scheme: bearer, x-bearerInfoFunc: api.auth.check}
    key: {type: apiKey}
";

fn told(bindings: &[Binding]) -> Vec<String> {
    let requires = |binding: &Binding| match &binding.requires {
        None => "open".to_owned(),
        Some(requirement) => format!("{}{}", requirement.schemes.join("+"), if requirement.is_checked { "" } else { "?" }),
    };
    bindings.iter().map(|binding| format!("{} {} {}#{} {}", binding.method, binding.path, binding.module, binding.function, requires(binding))).collect()
}

#[test]
fn operations_that_name_their_functions() {
    let bindings = read(Language::Yaml, TEXT);
    assert_eq!(
        told(&bindings),
        [
            "GET /v1/notes/{noteId:int}/{slug:uuid} api.notes#get_note bearer",
            "DELETE /v1/notes/{noteId:int}/{slug} api.notes#delete_note open",
            "POST /v1/open api.open#create open",
            "PUT /v1/open api.open#update key?",
        ]
    );
    assert_eq!(bindings[0].span.of(TEXT), "get");
}

#[test]
fn the_older_kind_in_json() {
    let text = r#"{ "swagger": "2.0", "basePath": "/v2", "securityDefinitions": { "k": { "type": "apiKey", "x-apikeyInfoFunc": "a.b" } },
        "paths": { "/x": { "get": { "operationId": "app.x", "security": [{ "k": [] }] } } } }"#;
    assert_eq!(told(&read(Language::Json, text)), ["GET /v2/x app#x k"]);
}

#[test]
fn other_files_bind_nothing() {
    for text in ["", "a: b", "operationId: a.b\nopenapi", "openapi: 3\npaths:\n  /a:\n    get:\n      operationId:", "openapi: 3\npaths: [operationId]"] {
        assert_eq!(read(Language::Yaml, text), [], "{text}");
        assert_eq!(read(Language::Json, text), [], "{text}");
    }
    for (end, _) in TEXT.char_indices() {
        read(Language::Yaml, &TEXT[..end]);
    }
}
