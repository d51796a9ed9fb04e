//! Reading a variable in Python, in every place a string can stand.

use super::{Case, code, is_safe, nothing};

const PLAIN: &[(&str, &str)] = &[("requirements.txt", "python-dotenv\n")];

fn py(before: &str, after: &str) -> bool {
    let before = format!("import os\n{before}");
    is_safe(&code(PLAIN, "app/pay.py", &before, &format!("import os\n{after}")))
}

#[test]
fn a_whole_literal_becomes_the_variable() {
    assert!(py("k = «\"{{key}}\"»\n", "k = os.environ[\"STRIPE_SECRET_KEY\"]\n"));
    assert!(py("k = «'{{key}}'»\n", "k = os.environ['STRIPE_SECRET_KEY']\n"));
    assert!(py("k = '«{{key}}»'\n", "k = os.environ['STRIPE_SECRET_KEY']\n"));
    assert!(py("k = «r\"{{key}}\"»\r\n", "k = os.environ[\"STRIPE_SECRET_KEY\"]\r\n"));
    assert!(py("k = «u\"\"\"{{key}}\"\"\"»\n", "k = os.environ[\"STRIPE_SECRET_KEY\"]\n"));
    assert!(py("k = «b\"{{key}}\"»\n", "k = os.environ[\"STRIPE_SECRET_KEY\"].encode()\n"));
}

#[test]
fn everywhere_a_value_can_stand() {
    py("f(key=«\"{{key}}\"»)\n", "f(key=os.environ[\"STRIPE_SECRET_KEY\"])\n");
    py("d = {\"a\": «\"{{key}}\"»}\n", "d = {\"a\": os.environ[\"STRIPE_SECRET_KEY\"]}\n");
    py("def f(k=«\"{{key}}\"»):\n    pass\n", "def f(k=os.environ[\"STRIPE_SECRET_KEY\"]):\n    pass\n");
    py("class A:\n    k = «\"{{key}}\"»\n", "class A:\n    k = os.environ[\"STRIPE_SECRET_KEY\"]\n");
    py("class A:\n    k: str = «\"{{key}}\"»\n", "class A:\n    k: str = os.environ[\"STRIPE_SECRET_KEY\"]\n");
    py("@d(«\"{{key}}\"»)\ndef f():\n    pass\n", "@d(os.environ[\"STRIPE_SECRET_KEY\"])\ndef f():\n    pass\n");
    py("def f():\n    return«\"{{key}}\"»\n", "def f():\n    return os.environ[\"STRIPE_SECRET_KEY\"]\n");
    py("x = «\"{{key}}\"»if a else\"\"\n", "x = os.environ[\"STRIPE_SECRET_KEY\"]if a else\"\"\n");
    py("x = «\"{{key}}\"».encode()\n", "x = os.environ[\"STRIPE_SECRET_KEY\"].encode()\n");
    py("x = [k for k in ks if k == «\"{{key}}\"»]\n", "x = [k for k in ks if k == os.environ[\"STRIPE_SECRET_KEY\"]]\n");
}

#[test]
fn part_of_a_string_becomes_an_f_string() {
    assert!(!py("h(\"Bearer «{{key}}»\")\n", "h(f\"Bearer {os.environ['STRIPE_SECRET_KEY']}\")\n"));
    py("h(«'Bearer {{key}}'»)\n", "h(f'Bearer {os.environ[\"STRIPE_SECRET_KEY\"]}')\n");
    py("h(\"{a} \\n «{{key}}» {}\")\n", "h(f\"{{a}} \\n {os.environ['STRIPE_SECRET_KEY']} {{}}\")\n");
    py("h(r\"\\d{2} «{{key}}»\")\n", "h(rf\"\\d{{2}} {os.environ['STRIPE_SECRET_KEY']}\")\n");
    py("h(u\"x «{{key}}»\")\n", "h(f\"x {os.environ['STRIPE_SECRET_KEY']}\")\n");
    py("h(b\"x «{{key}}»\")\n", "h(f\"x {os.environ['STRIPE_SECRET_KEY']}\".encode())\n");
    py("def f():\n    return\"x «{{key}}»\"\n", "def f():\n    return f\"x {os.environ['STRIPE_SECRET_KEY']}\"\n");
    py("h(\"\"\"a\n«{{key}}»\n\"\"\")\n", "h(f\"\"\"a\n{os.environ['STRIPE_SECRET_KEY']}\n\"\"\")\n");
    nothing(PLAIN, "a.py", "import os\nh(b\"\\xff «{{key}}»\")\n");
}

#[test]
fn part_of_an_f_string_becomes_a_hole() {
    py("h(f\"{a['b']} «{{key}}»\")\n", "h(f\"{a['b']} {os.environ['STRIPE_SECRET_KEY']}\")\n");
    py("h(f'{a} «{{key}}»')\n", "h(f'{a} {os.environ[\"STRIPE_SECRET_KEY\"]}')\n");
    py("h(f\"{f(«'{{key}}'»)} b\")\n", "h(f\"{f(os.environ['STRIPE_SECRET_KEY'])} b\")\n");
}

#[test]
fn both_kinds_of_quotes_take_a_line_of_their_own() {
    let before = "def f():\n    if a:\n        h(f\"it's \\\"{x}\\\" «{{key}}»\")\n";
    py(before, "def f():\n    if a:\n        stripe_secret_key = os.environ[\"STRIPE_SECRET_KEY\"]\n        h(f\"it's \\\"{x}\\\" {stripe_secret_key}\")\n");
    py(
        "@app.get(\"it's «{{key}}» \\\"x\\\"\")\n@b\ndef f():\n    pass\n",
        "stripe_secret_key = os.environ[\"STRIPE_SECRET_KEY\"]\n@app.get(f\"it's {stripe_secret_key} \\\"x\\\"\")\n@b\ndef f():\n    pass\n",
    );
    py(
        "if a:\n    pass\nelif b == \"it's «{{key}}» \\\"x\\\"\":\n    pass\n",
        "stripe_secret_key = os.environ[\"STRIPE_SECRET_KEY\"]\nif a:\n    pass\nelif b == f\"it's {stripe_secret_key} \\\"x\\\"\":\n    pass\n",
    );
    let modern = &[("pyproject.toml", "[project]\nrequires-python = '>=3.12'\n")];
    code(modern, "a.py", "import os\nh(f\"it's \\\"{x}\\\" «{{key}}»\")\n", "import os\nh(f\"it's \\\"{x}\\\" {os.environ['STRIPE_SECRET_KEY']}\")\n");
}

#[test]
fn strings_put_together() {
    let key = super::key();
    let (head, tail) = key.split_at(12);
    for (before, after) in [
        (format!("k = «\"{head}\" '{tail}'»\n"), "k = os.environ[\"STRIPE_SECRET_KEY\"]\n"),
        (format!("k = (\n    «\"{head}\"\n    \"{tail}\"»\n)\n"), "k = (\n    os.environ[\"STRIPE_SECRET_KEY\"]\n)\n"),
        (format!("k = «\"{head}\" + \"{tail}\"»\n"), "k = os.environ[\"STRIPE_SECRET_KEY\"]\n"),
    ] {
        let case = Case::new(&[("requirements.txt", ""), ("a.py", &format!("import os\n{before}"))]);
        let fix = case.fix("STRIPE_SECRET_KEY");
        assert_eq!(case.after(&fix, "a.py"), format!("import os\n{after}"));
        assert_eq!(case.after(&fix, ".env"), "STRIPE_SECRET_KEY={{key}}\n");
    }
    py("h(\"Bearer \" \"«{{key}}»\" ' {}')\n", "h(\"Bearer \" f\"{os.environ['STRIPE_SECRET_KEY']}\" ' {}')\n");
    py("h(f\"{a} \" # c\n  \"«{{key}}»\")\n", "h(f\"{a} \" # c\n  f\"{os.environ['STRIPE_SECRET_KEY']}\")\n");
    py("h(\"Bearer \" + «\"{{key}}\"»)\n", "h(\"Bearer \" + os.environ[\"STRIPE_SECRET_KEY\"])\n");
}

#[test]
fn fallbacks_are_dropped() {
    for (before, after) in [
        ("os.environ.get(\"PAY_KEY\", «\"{{key}}\"»)", "os.environ[\"PAY_KEY\"]"),
        ("os.getenv('PAY_KEY', «\"{{key}}\"»)", "os.environ['PAY_KEY']"),
        ("os.getenv(\"PAY_KEY\", default=«\"{{key}}\"»)", "os.environ[\"PAY_KEY\"]"),
        ("getenv(\"PAY_KEY\", «\"{{key}}\"»)", "os.environ[\"PAY_KEY\"]"),
        ("environ.get(\"PAY_KEY\", «\"{{key}}\"»)", "environ[\"PAY_KEY\"]"),
        ("os.environ.get(\"PAY_KEY\") or «\"{{key}}\"»", "os.environ[\"PAY_KEY\"]"),
        ("os.environ[\"PAY_KEY\"] if \"PAY_KEY\" in os.environ else «\"{{key}}\"»", "os.environ[\"PAY_KEY\"]"),
        ("int(os.environ.setdefault(\"PAY_KEY\", «\"{{key}}\"»))", "int(os.environ[\"PAY_KEY\"])"),
        ("config(\"PAY_KEY\", default=«\"{{key}}\"»)", "config(\"PAY_KEY\")"),
        ("config(\"PAY_KEY\", default=«\"{{key}}\"», cast=str)", "config(\"PAY_KEY\", cast=str)"),
        ("env(\"PAY_KEY\", «\"{{key}}\"»)", "env(\"PAY_KEY\")"),
        ("env.str(\"PAY_KEY\", «\"{{key}}\"»)", "env.str(\"PAY_KEY\")"),
        ("st.secrets.get(\"PAY_KEY\", «\"{{key}}\"»)", "st.secrets[\"PAY_KEY\"]"),
    ] {
        let before = format!("import os\nk = {before}\n");
        let case = Case::new(&[("requirements.txt", ""), ("a.py", &before)]);
        let fix = case.fix("OTHER_NAME");
        assert_eq!(case.after(&fix, "a.py"), format!("import os\nk = {after}\n"));
        assert_eq!(case.after(&fix, ".env"), "PAY_KEY={{key}}\n", "{before}");
        assert!(!is_safe(&fix));
    }
    nothing(PLAIN, "a.py", "k = data.get(\"PAY_KEY\", 1)\nf(\"x\", «\"{{key}}\"»\n".replace("f(\"x\", «\"{{key}}\"»\n", "«\"{{key}}\"»\n").as_str());
}

#[test]
fn assignments_to_the_environment_go() {
    py("os.environ[\"PAY_KEY\"] = «\"{{key}}\"»\nf()\n", "f()\n");
    py("os.environ.setdefault(\"PAY_KEY\", «\"{{key}}\"»)\nf()\n", "f()\n");
    py("def f():\n    os.environ[\"PAY_KEY\"] = «\"{{key}}\"»\n", "def f():\n    pass\n");
    py("def f():\n    a()\n    os.environ[\"PAY_KEY\"] = «\"{{key}}\"»\n", "def f():\n    a()\n");
    py("def f():\n    os.environ[\"PAY_KEY\"] = «\"{{key}}\"»\n    a()\n", "def f():\n    a()\n");
}

#[test]
fn settings_fields_lose_their_default() {
    for (before, after, name) in [
        ("    pay_key: str = «\"{{key}}\"»\n", "    pay_key: str\n", "PAY_KEY"),
        ("    pay_key: str = Field(«\"{{key}}\"»)\n", "    pay_key: str = Field()\n", "PAY_KEY"),
        ("    pay_key: str = Field(default=«\"{{key}}\"», alias=\"THE_KEY\")\n", "    pay_key: str = Field(alias=\"THE_KEY\")\n", "THE_KEY"),
        (
            "    model_config = SettingsConfigDict(env_prefix=\"APP_\")\n    pay_key: str = «\"{{key}}\"»\n",
            "    model_config = SettingsConfigDict(env_file=\".env\", extra=\"ignore\", env_prefix=\"APP_\")\n    pay_key: str\n",
            "APP_PAY_KEY",
        ),
    ] {
        let before = format!("class Settings(BaseSettings):\n{before}    other: int = 1\n");
        let case = Case::new(&[("requirements.txt", ""), ("a.py", &before)]);
        let fix = case.fix("OTHER_NAME");
        assert_eq!(case.after(&fix, "a.py"), format!("class Settings(BaseSettings):\n{after}    other: int = 1\n"));
        assert_eq!(case.after(&fix, ".env"), format!("{name}={{{{key}}}}\n"));
    }
}

#[test]
fn what_is_part_of_the_form_stays() {
    for before in [
        "«\"{{key}}\"»\n",
        "match x:\n    case «\"{{key}}\"»:\n        pass\n",
        "def f(x: Literal[«\"{{key}}\"»]):\n    pass\n",
        "x = \"a {} «{{key}}»\" % 1\n".replace("{{key}}", "a%b").as_str(),
    ] {
        nothing(PLAIN, "a.py", before);
    }
}

#[test]
fn comments_and_docstrings_lose_the_key() {
    code(PLAIN, "a.py", "# use «{{key}}» here\nf()\n", "# use <removed> here\nf()\n");
    code(PLAIN, "a.py", "def f():\n    \"\"\"Use «{{key}}».\"\"\"\n", "def f():\n    \"\"\"Use <removed>.\"\"\"\n");
}

#[test]
fn the_import_goes_where_imports_belong() {
    let import = |before: &str, after: &str| {
        let tail = "\nk = «\"{{key}}\"»\n";
        code(PLAIN, "a.py", &format!("{before}{tail}"), &format!("{after}\nk = os.environ[\"STRIPE_SECRET_KEY\"]\n"));
    };
    import("import json\nimport re\n", "import json\nimport os\nimport re\n");
    import("import json\nfrom pathlib import Path\n", "import json\nimport os\nfrom pathlib import Path\n");
    import("import sys\n\nimport flask\n", "import os\nimport sys\n\nimport flask\n");
    import("from flask import Flask\n", "import os\n\nfrom flask import Flask\n");
    import("from __future__ import annotations\n", "from __future__ import annotations\n\nimport os\n");
    import("from __future__ import annotations\n\nimport json\n", "from __future__ import annotations\n\nimport json\nimport os\n");
    import("\"\"\"What it is.\"\"\"\n", "\"\"\"What it is.\"\"\"\n\nimport os\n");
    import("\"\"\"What it is.\"\"\"\n\nimport flask\n", "\"\"\"What it is.\"\"\"\n\nimport os\n\nimport flask\n");
    import("#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n", "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\nimport os\n");
    import("import os.path\n", "import os.path\n");
    code(PLAIN, "a.py", "import re  # words\r\nk = «\"{{key}}\"»\r\n", "import os\r\nimport re  # words\r\nk = os.environ[\"STRIPE_SECRET_KEY\"]\r\n");
    code(PLAIN, "a.py", "k = «\"{{key}}\"»\n", "import os\n\nk = os.environ[\"STRIPE_SECRET_KEY\"]\n");
    code(PLAIN, "a.py", "\u{feff}k = «\"{{key}}\"»", "\u{feff}import os\n\nk = os.environ[\"STRIPE_SECRET_KEY\"]");
    code(PLAIN, "a.py", "# about k\nk = «\"{{key}}\"»\n", "import os\n\n# about k\nk = os.environ[\"STRIPE_SECRET_KEY\"]\n");
    code(PLAIN, "a.py", "# Copyright\n\nk = «\"{{key}}\"»\n", "# Copyright\n\nimport os\n\nk = os.environ[\"STRIPE_SECRET_KEY\"]\n");
    code(PLAIN, "a.py", "import os as system\nk = «\"{{key}}\"»\n", "import os as system\nk = system.environ[\"STRIPE_SECRET_KEY\"]\n");
    nothing(PLAIN, "a.py", "os = 1\nk = «\"{{key}}\"»\n");
}

#[test]
fn what_the_project_reads_with_is_used() {
    code(
        PLAIN,
        "settings.py",
        "import environ\nenv = environ.Env()\nSECRET_KEY = «\"{{key}}\"»\n",
        "import environ\nenv = environ.Env()\nSECRET_KEY = env(\"STRIPE_SECRET_KEY\")\n",
    );
    code(PLAIN, "settings.py", "from decouple import config\nK = «'{{key}}'»\n", "from decouple import config\nK = config('STRIPE_SECRET_KEY')\n");
}

#[test]
fn streamlit_keeps_its_secrets_in_toml() {
    let case = Case::new(&[("requirements.txt", "streamlit\n"), (".gitignore", "x\n"), ("app.py", "import streamlit as st\nk = «\"{{key}}\"»\n")]);
    let fix = case.fix("OPENAI_API_KEY");
    assert_eq!(case.after(&fix, "app.py"), "import streamlit as st\nk = st.secrets[\"OPENAI_API_KEY\"]\n");
    assert_eq!(case.after(&fix, ".streamlit/secrets.toml"), "OPENAI_API_KEY = \"{{key}}\"\n");
    assert_eq!(case.after(&fix, ".gitignore"), "x\n\n.streamlit/secrets.toml\n");
}

#[test]
fn a_private_key_gets_its_lines_back() {
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIabc+/=\n-----END PRIVATE KEY-----\n";
    let written = format!("import os\nk = «\"\"\"{pem}\"\"\"»\n");
    let case = Case::with_value(&[("requirements.txt", ""), ("a.py", &written)], pem);
    let fix = case.fix("PRIVATE_KEY");
    assert_eq!(case.after(&fix, "a.py"), "import os\nk = os.environ[\"PRIVATE_KEY\"].replace(\"\\\\n\", \"\\n\")\n");
    assert_eq!(case.after(&fix, ".env"), format!("PRIVATE_KEY=\"{}\"\n", pem.replace('\n', "\\n")));
}
