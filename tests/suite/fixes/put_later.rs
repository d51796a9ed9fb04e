//! A literal that is put where a variable is missing, later on, gives way to a program that refuses to go on.

use super::{Case, code};

const NODE: &[(&str, &str)] = &[("package.json", r#"{"dependencies":{"express":"5"}}"#)];

fn ts(before: &str, after: &str) {
    code(NODE, "src/pay.ts", before, after);
}

fn py(before: &str, after: &str) {
    code(&[("requirements.txt", "flask\n")], "app.py", before, after);
}

#[test]
fn a_test_for_the_missing_variable_throws() {
    ts(
        "let key = process.env.STRIPE_SECRET_KEY;\nif (!key) key = «\"{{key}}\"»;\nuse(key);\n",
        "let key = process.env.STRIPE_SECRET_KEY;\nif (!key) throw new Error(\"STRIPE_SECRET_KEY is not set\");\nuse(key);\n",
    );
    ts(
        "let key = process.env.STRIPE_SECRET_KEY\nif (key === undefined || key === '') {\n  key = «'{{key}}'»\n}\n",
        "let key = process.env.STRIPE_SECRET_KEY\nif (key === undefined || key === '') {\n  throw new Error('STRIPE_SECRET_KEY is not set')\n}\n",
    );
    ts(
        "let key;\nif (process.env.STRIPE_SECRET_KEY) {\n  key = process.env.STRIPE_SECRET_KEY;\n} else {\n  key = «\"{{key}}\"»;\n}\n",
        "let key;\nif (process.env.STRIPE_SECRET_KEY) {\n  key = process.env.STRIPE_SECRET_KEY;\n} else {\n  throw new Error(\"STRIPE_SECRET_KEY is not set\");\n}\n",
    );
    ts(
        "let key = process.env.STRIPE_SECRET_KEY;\nkey ||= «\"{{key}}\"»;\n",
        "let key = process.env.STRIPE_SECRET_KEY;\nif (!key) throw new Error(\"STRIPE_SECRET_KEY is not set\");\n",
    );
}

#[test]
fn a_function_gives_nothing_back() {
    ts(
        "export function key() {\n  const set = process.env.STRIPE_SECRET_KEY;\n  if (set) return set;\n  return «\"{{key}}\"»;\n}\n",
        "export function key() {\n  const set = process.env.STRIPE_SECRET_KEY;\n  if (set) return set;\n  throw new Error(\"STRIPE_SECRET_KEY is not set\");\n}\n",
    );
    py(
        "import os\n\n\ndef key():\n    value = os.getenv('STRIPE_SECRET_KEY')\n    if not value:\n        return «'{{key}}'»\n    return value\n",
        "import os\n\n\ndef key():\n    value = os.getenv('STRIPE_SECRET_KEY')\n    if not value:\n        raise RuntimeError('STRIPE_SECRET_KEY is not set')\n    return value\n",
    );
}

#[test]
fn python_raises() {
    py(
        "import os\nKEY = os.environ.get(\"STRIPE_SECRET_KEY\")\nif not KEY:\n    KEY = «\"{{key}}\"»\n",
        "import os\nKEY = os.environ.get(\"STRIPE_SECRET_KEY\")\nif not KEY:\n    raise RuntimeError(\"STRIPE_SECRET_KEY is not set\")\n",
    );
    py(
        "import os\nKEY = os.environ.get(\"STRIPE_SECRET_KEY\")\nif KEY is None: KEY = «\"{{key}}\"»\n",
        "import os\nKEY = os.environ.get(\"STRIPE_SECRET_KEY\")\nif KEY is None: raise RuntimeError(\"STRIPE_SECRET_KEY is not set\")\n",
    );
    py(
        "import os\ntry:\n    KEY = os.environ[\"STRIPE_SECRET_KEY\"]\nexcept KeyError:\n    KEY = «\"{{key}}\"»\n",
        "import os\ntry:\n    KEY = os.environ[\"STRIPE_SECRET_KEY\"]\nexcept KeyError:\n    raise RuntimeError(\"STRIPE_SECRET_KEY is not set\")\n",
    );
    py(
        "import os\nif \"STRIPE_SECRET_KEY\" in os.environ:\n    KEY = os.environ[\"STRIPE_SECRET_KEY\"]\nelse:\n    KEY = «\"{{key}}\"»\n",
        "import os\nif \"STRIPE_SECRET_KEY\" in os.environ:\n    KEY = os.environ[\"STRIPE_SECRET_KEY\"]\nelse:\n    raise RuntimeError(\"STRIPE_SECRET_KEY is not set\")\n",
    );
}

#[test]
fn with_the_error_that_the_file_has_for_settings() {
    py(
        "import os\nfrom django.core.exceptions import ImproperlyConfigured\n\nif not os.environ.get(\"HOST\"):\n    raise ImproperlyConfigured(\"HOST\")\nKEY = os.environ.get(\"STRIPE_SECRET_KEY\")\nif not KEY:\n    KEY = «\"{{key}}\"»\n",
        "import os\nfrom django.core.exceptions import ImproperlyConfigured\n\nif not os.environ.get(\"HOST\"):\n    raise ImproperlyConfigured(\"HOST\")\nKEY = os.environ.get(\"STRIPE_SECRET_KEY\")\nif not KEY:\n    raise ImproperlyConfigured(\"STRIPE_SECRET_KEY is not set\")\n",
    );
}

#[test]
fn where_something_else_is_asked_the_variable_is_read() {
    ts(
        "let key = process.env.STRIPE_SECRET_KEY;\nif (!key || isDemo) key = «\"{{key}}\"»;\n",
        "let key = process.env.STRIPE_SECRET_KEY;\nif (!key || isDemo) key = process.env.STRIPE_SECRET_KEY!;\n",
    );
}

#[test]
fn the_value_is_kept_for_ones_own_machine() {
    let text = "let key = process.env.STRIPE_SECRET_KEY;\nif (!key) key = «\"{{key}}\"»;\n";
    let case = Case::new(&[("package.json", "{}"), ("src/pay.ts", text)]);
    let fix = case.fix("STRIPE_SECRET_KEY");
    assert_eq!(case.after(&fix, ".env"), "STRIPE_SECRET_KEY={{key}}\n");
    assert!(case.after(&fix, ".gitignore").contains(".env"));
}
