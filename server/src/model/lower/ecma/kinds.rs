//! The grammars' node kinds and fields as enums. TypeScript and TSX number them differently, so each has a table.

use std::sync::LazyLock;

use tree_sitter::{Language, Node};

macro_rules! kinds {
    (named { $($named:ident = $named_text:literal,)* } tokens { $($token:ident = $token_text:literal,)* }) => {
        /// What a node is, as far as the lowering cares.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Kind {
            /// Text that could not be parsed.
            Error,
            /// Named, and not in this list.
            Unknown,
            /// Punctuation and keywords that mean nothing to the lowering.
            Token,
            /// A token that may be an operator or the word of a declaration: it is if it has a field.
            Operator,
            $($named,)*
            $($token,)*
        }

        fn named(text: &str) -> Kind {
            match text {
                $($named_text => Kind::$named,)*
                _ => Kind::Unknown,
            }
        }

        fn token(text: &str) -> Kind {
            match text {
                $($token_text => Kind::$token,)*
                _ if OPERATORS.contains(&text) => Kind::Operator,
                _ => Kind::Token,
            }
        }
    };
}

const OPERATORS: &[&str] = &[
    "+",
    "-",
    "/",
    "%",
    "**",
    "==",
    "===",
    "!=",
    "!==",
    "<",
    "<=",
    ">",
    ">=",
    "in",
    "of",
    "instanceof",
    "&",
    "|",
    "^",
    "<<",
    ">>",
    ">>>",
    "&&",
    "||",
    "??",
    "!",
    "~",
    "void",
    "delete",
    "++",
    "--",
    "+=",
    "-=",
    "*=",
    "/=",
    "%=",
    "**=",
    "&=",
    "|=",
    "^=",
    "<<=",
    ">>=",
    ">>>=",
    "&&=",
    "||=",
    "??=",
    "const",
    "let",
    "var",
];

macro_rules! fields {
    ($($field:ident = $text:literal,)*) => {
        /// The role of a child in its parent.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Field {
            None,
            $($field,)*
        }

        fn field(text: &str) -> Field {
            match text {
                $($text => Field::$field,)*
                _ => Field::None,
            }
        }
    };
}

kinds! {
    named {
        AbstractClassDeclaration = "abstract_class_declaration",
        AccessibilityModifier = "accessibility_modifier",
        AmbientDeclaration = "ambient_declaration",
        Arguments = "arguments",
        Array = "array",
        ArrayPattern = "array_pattern",
        ArrayType = "array_type",
        ArrowFunction = "arrow_function",
        AsExpression = "as_expression",
        AssignmentExpression = "assignment_expression",
        AssignmentPattern = "assignment_pattern",
        AugmentedAssignmentExpression = "augmented_assignment_expression",
        AwaitExpression = "await_expression",
        BinaryExpression = "binary_expression",
        BreakStatement = "break_statement",
        CallExpression = "call_expression",
        CatchClause = "catch_clause",
        Class = "class",
        ClassBody = "class_body",
        ClassDeclaration = "class_declaration",
        ClassHeritage = "class_heritage",
        ClassStaticBlock = "class_static_block",
        Comment = "comment",
        ComputedPropertyName = "computed_property_name",
        ContinueStatement = "continue_statement",
        DebuggerStatement = "debugger_statement",
        Decorator = "decorator",
        DoStatement = "do_statement",
        EmptyStatement = "empty_statement",
        EnumAssignment = "enum_assignment",
        EnumDeclaration = "enum_declaration",
        ExportClause = "export_clause",
        ExportSpecifier = "export_specifier",
        ExportStatement = "export_statement",
        ExpressionStatement = "expression_statement",
        ExtendsClause = "extends_clause",
        False = "false",
        FlowMaybeType = "flow_maybe_type",
        ForInStatement = "for_in_statement",
        ForStatement = "for_statement",
        FormalParameters = "formal_parameters",
        FunctionDeclaration = "function_declaration",
        FunctionExpression = "function_expression",
        FunctionSignature = "function_signature",
        FunctionType = "function_type",
        GeneratorFunction = "generator_function",
        GeneratorFunctionDeclaration = "generator_function_declaration",
        GenericType = "generic_type",
        HashBangLine = "hash_bang_line",
        HtmlCharacterReference = "html_character_reference",
        HtmlComment = "html_comment",
        Identifier = "identifier",
        IfStatement = "if_statement",
        Import = "import",
        ImportAlias = "import_alias",
        ImportAttribute = "import_attribute",
        ImportClause = "import_clause",
        ImportRequireClause = "import_require_clause",
        ImportSpecifier = "import_specifier",
        ImportStatement = "import_statement",
        InstantiationExpression = "instantiation_expression",
        InterfaceDeclaration = "interface_declaration",
        InternalModule = "internal_module",
        IntersectionType = "intersection_type",
        JsxAttribute = "jsx_attribute",
        JsxElement = "jsx_element",
        JsxExpression = "jsx_expression",
        JsxNamespaceName = "jsx_namespace_name",
        JsxOpeningElement = "jsx_opening_element",
        JsxSelfClosingElement = "jsx_self_closing_element",
        JsxText = "jsx_text",
        LabeledStatement = "labeled_statement",
        LexicalDeclaration = "lexical_declaration",
        LiteralType = "literal_type",
        MemberExpression = "member_expression",
        MetaProperty = "meta_property",
        MethodDefinition = "method_definition",
        MethodSignature = "method_signature",
        Module = "module",
        NamedImports = "named_imports",
        NamespaceExport = "namespace_export",
        NamespaceImport = "namespace_import",
        NestedIdentifier = "nested_identifier",
        NestedTypeIdentifier = "nested_type_identifier",
        NewExpression = "new_expression",
        NonNullExpression = "non_null_expression",
        Null = "null",
        Number = "number",
        Object = "object",
        ObjectAssignmentPattern = "object_assignment_pattern",
        ObjectPattern = "object_pattern",
        ObjectType = "object_type",
        OptionalChain = "optional_chain",
        OptionalParameter = "optional_parameter",
        OverrideModifier = "override_modifier",
        Pair = "pair",
        PairPattern = "pair_pattern",
        ParenthesizedExpression = "parenthesized_expression",
        ParenthesizedType = "parenthesized_type",
        PredefinedType = "predefined_type",
        PrivatePropertyIdentifier = "private_property_identifier",
        PropertyIdentifier = "property_identifier",
        PropertySignature = "property_signature",
        PublicFieldDefinition = "public_field_definition",
        ReadonlyType = "readonly_type",
        Regex = "regex",
        RequiredParameter = "required_parameter",
        RestPattern = "rest_pattern",
        ReturnStatement = "return_statement",
        SatisfiesExpression = "satisfies_expression",
        SequenceExpression = "sequence_expression",
        ShorthandPropertyIdentifier = "shorthand_property_identifier",
        ShorthandPropertyIdentifierPattern = "shorthand_property_identifier_pattern",
        SpreadElement = "spread_element",
        StatementBlock = "statement_block",
        StatementIdentifier = "statement_identifier",
        String = "string",
        SubscriptExpression = "subscript_expression",
        Super = "super",
        SwitchCase = "switch_case",
        SwitchDefault = "switch_default",
        SwitchStatement = "switch_statement",
        TemplateString = "template_string",
        TemplateSubstitution = "template_substitution",
        TernaryExpression = "ternary_expression",
        This = "this",
        ThrowStatement = "throw_statement",
        True = "true",
        TryStatement = "try_statement",
        TypeAliasDeclaration = "type_alias_declaration",
        TypeAnnotation = "type_annotation",
        TypeArguments = "type_arguments",
        TypeAssertion = "type_assertion",
        TypeIdentifier = "type_identifier",
        TypeParameters = "type_parameters",
        UnaryExpression = "unary_expression",
        Undefined = "undefined",
        UnionType = "union_type",
        UpdateExpression = "update_expression",
        VariableDeclaration = "variable_declaration",
        VariableDeclarator = "variable_declarator",
        WhileStatement = "while_statement",
        WithStatement = "with_statement",
        YieldExpression = "yield_expression",
    }
    tokens {
        Comma = ",",
        Star = "*",
        Equals = "=",
        QuestionDot = "?.",
        WordAsync = "async",
        WordAwait = "await",
        WordDefault = "default",
        WordGet = "get",
        WordReadonly = "readonly",
        WordSet = "set",
        WordStatic = "static",
        WordType = "type",
        WordTypeof = "typeof",
        WordUsing = "using",
    }
}

fields! {
    Alias = "alias",
    Alternative = "alternative",
    Arguments = "arguments",
    Attribute = "attribute",
    Body = "body",
    CloseTag = "close_tag",
    Condition = "condition",
    Consequence = "consequence",
    Constructor = "constructor",
    Declaration = "declaration",
    Decorator = "decorator",
    Finalizer = "finalizer",
    Function = "function",
    Handler = "handler",
    Increment = "increment",
    Index = "index",
    Initializer = "initializer",
    Key = "key",
    Kind = "kind",
    Left = "left",
    Name = "name",
    Object = "object",
    OpenTag = "open_tag",
    Operator = "operator",
    Parameter = "parameter",
    Parameters = "parameters",
    Pattern = "pattern",
    Property = "property",
    ReturnType = "return_type",
    Right = "right",
    Source = "source",
    Type = "type",
    TypeArguments = "type_arguments",
    Value = "value",
}

impl Kind {
    pub(super) fn is_comment(self) -> bool {
        matches!(self, Kind::Comment | Kind::HtmlComment | Kind::HashBangLine)
    }

    #[rustfmt::skip]
    pub(super) fn is_statement(self) -> bool {
        use Kind::*;
        matches!(
            self,
            AbstractClassDeclaration | AmbientDeclaration | BreakStatement | ClassDeclaration | ContinueStatement | DebuggerStatement
                | DoStatement | EmptyStatement | EnumDeclaration | ExportStatement | ExpressionStatement | ForInStatement | ForStatement
                | FunctionDeclaration | FunctionSignature | GeneratorFunctionDeclaration | IfStatement | ImportAlias | ImportStatement
                | InterfaceDeclaration | InternalModule | LabeledStatement | LexicalDeclaration | Module | ReturnStatement | StatementBlock
                | SwitchStatement | ThrowStatement | TryStatement | TypeAliasDeclaration | VariableDeclaration | WhileStatement
                | WithStatement
        )
    }

    #[rustfmt::skip]
    pub(super) fn is_expression(self) -> bool {
        use Kind::*;
        matches!(
            self,
            Array | ArrowFunction | AsExpression | AssignmentExpression | AugmentedAssignmentExpression | AwaitExpression
                | BinaryExpression | CallExpression | Class | False | FunctionExpression | GeneratorFunction | Identifier | Import
                | InstantiationExpression | JsxElement | JsxSelfClosingElement | MemberExpression | MetaProperty | NestedIdentifier
                | NewExpression | NonNullExpression | Null | Number | Object | ParenthesizedExpression | PrivatePropertyIdentifier | Regex
                | SatisfiesExpression | SequenceExpression | String | SubscriptExpression | Super | TemplateString | TernaryExpression
                | This | True | TypeAssertion | UnaryExpression | Undefined | UpdateExpression | YieldExpression
        )
    }

    /// What only the type checker reads, and names that mean nothing away from where they belong.
    #[rustfmt::skip]
    pub(super) fn is_silent(self) -> bool {
        use Kind::*;
        matches!(
            self,
            ArrayType | FlowMaybeType | FormalParameters | FunctionType | GenericType | IntersectionType | LiteralType | MethodSignature
                | NestedTypeIdentifier | ObjectType | ParenthesizedType | PredefinedType | PropertyIdentifier | PropertySignature
                | ReadonlyType | StatementIdentifier | TypeAnnotation | TypeArguments | TypeIdentifier | TypeParameters | UnionType
                | ImportClause | ImportAttribute | ExportClause
        )
    }
}

/// A grammar's numbers, translated.
pub(super) struct Tables {
    language: Language,
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

static TYPESCRIPT: LazyLock<Tables> = LazyLock::new(|| Tables::new(tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()));
static TSX: LazyLock<Tables> = LazyLock::new(|| Tables::new(tree_sitter_typescript::LANGUAGE_TSX.into()));

impl Tables {
    /// The tables of the grammar that made this node.
    pub(super) fn of(node: Node<'_>) -> &'static Tables {
        if *node.language() == TYPESCRIPT.language { &TYPESCRIPT } else { &TSX }
    }

    fn new(language: Language) -> Self {
        let kind = |id| {
            let text = language.node_kind_for_id(id).unwrap_or_default();
            if language.node_kind_is_named(id) { named(text) } else { token(text) }
        };
        let kinds = (0..language.node_kind_count() as u16).map(kind).collect();
        let fields = (0..=language.field_count() as u16).map(|id| field(language.field_name_for_id(id).unwrap_or_default())).collect();
        Tables { language, kinds, fields }
    }

    pub(super) fn kind(&self, node: Node<'_>) -> Kind {
        // Errors have a number past all others.
        self.kinds.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Error)
    }

    pub(super) fn field(&self, id: Option<std::num::NonZeroU16>) -> Field {
        id.and_then(|id| self.fields.get(usize::from(id.get()))).copied().unwrap_or(Field::None)
    }
}
