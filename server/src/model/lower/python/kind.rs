//! The grammar's node kinds and fields as plain enums, so that telling them apart is one table look-up.

use std::sync::OnceLock;

use tree_sitter::{Language, Node};

macro_rules! kinds {
    (named { $($name:ident = $text:literal)* } tokens { $($token:ident = $token_text:literal)* }) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Kind {
            $($name,)*
            $($token,)*
            Error,
            /// Punctuation and keywords that say nothing their parent does not say.
            Dropped,
            /// A node kind this lowering has no words for: read for its children.
            Unknown,
        }

        fn named(text: &str) -> Kind {
            match text {
                $($text => Kind::$name,)*
                "line_continuation" => Kind::Dropped,
                _ => Kind::Unknown,
            }
        }

        fn token(text: &str) -> Kind {
            match text {
                $($token_text => Kind::$token,)*
                _ => Kind::Dropped,
            }
        }

        impl Kind {
            /// True for operators and keywords.
            pub(super) fn is_token(self) -> bool {
                matches!(self, $(Kind::$token)|* | Kind::Dropped)
            }
        }
    };
}

kinds! {
    named {
        Identifier = "identifier"
        Ellipsis = "ellipsis"
        Integer = "integer"
        Float = "float"
        True = "true"
        False = "false"
        None = "none"
        Comment = "comment"
        StringStart = "string_start"
        StringContent = "string_content"
        StringEnd = "string_end"
        Import = "import_statement"
        FutureImport = "future_import_statement"
        ImportFrom = "import_from_statement"
        RelativeImport = "relative_import"
        AliasedImport = "aliased_import"
        WildcardImport = "wildcard_import"
        DottedName = "dotted_name"
        Print = "print_statement"
        Chevron = "chevron"
        Exec = "exec_statement"
        Assert = "assert_statement"
        ExpressionStatement = "expression_statement"
        Return = "return_statement"
        Delete = "delete_statement"
        Raise = "raise_statement"
        Pass = "pass_statement"
        Break = "break_statement"
        Continue = "continue_statement"
        Global = "global_statement"
        Nonlocal = "nonlocal_statement"
        TypeAlias = "type_alias_statement"
        If = "if_statement"
        ElifClause = "elif_clause"
        ElseClause = "else_clause"
        Match = "match_statement"
        CaseClause = "case_clause"
        For = "for_statement"
        While = "while_statement"
        Try = "try_statement"
        ExceptClause = "except_clause"
        FinallyClause = "finally_clause"
        With = "with_statement"
        WithClause = "with_clause"
        WithItem = "with_item"
        FunctionDefinition = "function_definition"
        ClassDefinition = "class_definition"
        DecoratedDefinition = "decorated_definition"
        Decorator = "decorator"
        Block = "block"
        Module = "module"
        Parameters = "parameters"
        LambdaParameters = "lambda_parameters"
        DefaultParameter = "default_parameter"
        TypedParameter = "typed_parameter"
        TypedDefaultParameter = "typed_default_parameter"
        PositionalSeparator = "positional_separator"
        KeywordSeparator = "keyword_separator"
        ListSplat = "list_splat"
        DictionarySplat = "dictionary_splat"
        ListSplatPattern = "list_splat_pattern"
        DictionarySplatPattern = "dictionary_splat_pattern"
        ParenthesizedListSplat = "parenthesized_list_splat"
        ArgumentList = "argument_list"
        KeywordArgument = "keyword_argument"
        ExpressionList = "expression_list"
        PatternList = "pattern_list"
        TuplePattern = "tuple_pattern"
        ListPattern = "list_pattern"
        AsPattern = "as_pattern"
        AsPatternTarget = "as_pattern_target"
        CasePattern = "case_pattern"
        UnionPattern = "union_pattern"
        DictPattern = "dict_pattern"
        KeywordPattern = "keyword_pattern"
        SplatPattern = "splat_pattern"
        ClassPattern = "class_pattern"
        ComplexPattern = "complex_pattern"
        NamedExpression = "named_expression"
        NotOperator = "not_operator"
        BooleanOperator = "boolean_operator"
        BinaryOperator = "binary_operator"
        UnaryOperator = "unary_operator"
        ComparisonOperator = "comparison_operator"
        Lambda = "lambda"
        Assignment = "assignment"
        AugmentedAssignment = "augmented_assignment"
        Yield = "yield"
        Await = "await"
        Attribute = "attribute"
        Subscript = "subscript"
        Slice = "slice"
        Call = "call"
        Type = "type"
        TypeParameter = "type_parameter"
        GenericType = "generic_type"
        UnionType = "union_type"
        MemberType = "member_type"
        List = "list"
        Set = "set"
        Tuple = "tuple"
        Dictionary = "dictionary"
        Pair = "pair"
        ListComprehension = "list_comprehension"
        DictionaryComprehension = "dictionary_comprehension"
        SetComprehension = "set_comprehension"
        GeneratorExpression = "generator_expression"
        ForInClause = "for_in_clause"
        IfClause = "if_clause"
        Parenthesized = "parenthesized_expression"
        Conditional = "conditional_expression"
        ConcatenatedString = "concatenated_string"
        String = "string"
        Interpolation = "interpolation"
        FormatExpression = "format_expression"
        FormatSpecifier = "format_specifier"
    }
    tokens {
        Async = "async"
        Future = "__future__"
        Underscore = "_"
        Equals = "="
        Plus = "+"
        Minus = "-"
        Star = "*"
        At = "@"
        Slash = "/"
        Percent = "%"
        DoubleSlash = "//"
        DoubleStar = "**"
        Pipe = "|"
        Ampersand = "&"
        Caret = "^"
        ShiftLeft = "<<"
        ShiftRight = ">>"
        Tilde = "~"
        And = "and"
        Or = "or"
        Less = "<"
        LessEqual = "<="
        EqualEqual = "=="
        NotEqual = "!="
        OldNotEqual = "<>"
        GreaterEqual = ">="
        Greater = ">"
        In = "in"
        NotIn = "not in"
        Is = "is"
        IsNot = "is not"
        PlusEqual = "+="
        MinusEqual = "-="
        StarEqual = "*="
        SlashEqual = "/="
        AtEqual = "@="
        DoubleSlashEqual = "//="
        PercentEqual = "%="
        DoubleStarEqual = "**="
        ShiftRightEqual = ">>="
        ShiftLeftEqual = "<<="
        AmpersandEqual = "&="
        CaretEqual = "^="
        PipeEqual = "|="
    }
}

impl Kind {
    pub(super) fn is_statement(self) -> bool {
        use Kind::*;
        matches!(
            self,
            Import
                | FutureImport
                | ImportFrom
                | Print
                | Exec
                | Assert
                | ExpressionStatement
                | Return
                | Delete
                | Raise
                | Pass
                | Break
                | Continue
                | Global
                | Nonlocal
                | TypeAlias
                | If
                | Match
                | For
                | While
                | Try
                | With
                | FunctionDefinition
                | ClassDefinition
                | DecoratedDefinition
        )
    }

    /// True for what stands in a module.
    pub(super) fn is_item(self) -> bool {
        self.is_statement() || matches!(self, Kind::Comment | Kind::Error)
    }

    /// True for what, at the margin of a file that is one syntax error, does not go on with what stands before it.
    pub(super) fn begins_item(self, word: &str) -> bool {
        use Kind::*;
        match self {
            StringContent | StringEnd | Interpolation | ElifClause | ElseClause | ExceptClause | FinallyClause | Block => false,
            _ if self.is_token() => {
                word.starts_with(|c: char| c.is_ascii_alphabetic())
                    && !matches!(word, "elif" | "else" | "except" | "finally" | "and" | "or" | "not" | "in" | "is" | "as")
            }
            _ => true,
        }
    }

    /// True for what only lists statements and conditions: in broken code it stands without its statement.
    pub(super) fn is_clause(self) -> bool {
        use Kind::*;
        matches!(self, Block | Module | ElifClause | ElseClause | CaseClause | ExceptClause | FinallyClause | WithClause | Error)
    }
}

macro_rules! fields {
    ($($name:ident = $text:literal)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Field {
            $($name,)*
            None,
        }

        fn field(text: &str) -> Field {
            match text {
                $($text => Field::$name,)*
                _ => Field::None,
            }
        }
    };
}

fields! {
    Alias = "alias"
    Alternative = "alternative"
    Body = "body"
    Cause = "cause"
    Condition = "condition"
    Consequence = "consequence"
    Definition = "definition"
    Expression = "expression"
    Guard = "guard"
    Key = "key"
    Left = "left"
    ModuleName = "module_name"
    Name = "name"
    Operator = "operator"
    Parameters = "parameters"
    ReturnType = "return_type"
    Right = "right"
    Subject = "subject"
    Superclasses = "superclasses"
    Type = "type"
    TypeParameters = "type_parameters"
    Value = "value"
}

pub(super) struct Kinds {
    kinds: Vec<Kind>,
    fields: Vec<Field>,
}

/// The tables of `language`, which is always the Python grammar.
pub(super) fn table(language: &Language) -> &'static Kinds {
    static TABLE: OnceLock<Kinds> = OnceLock::new();
    TABLE.get_or_init(|| {
        let kinds = (0..language.node_kind_count() as u16).map(|id| {
            let text = language.node_kind_for_id(id).unwrap_or_default();
            if language.node_kind_is_named(id) { named(text) } else { token(text) }
        });
        let fields = (0..=language.field_count() as u16).map(|id| field(language.field_name_for_id(id).unwrap_or_default()));
        Kinds { kinds: kinds.collect(), fields: fields.collect() }
    })
}

impl Kinds {
    pub(super) fn of(&self, node: Node<'_>) -> Kind {
        // The error kind is the one id past every table.
        self.kinds.get(node.kind_id() as usize).copied().unwrap_or(Kind::Error)
    }

    pub(super) fn field(&self, id: Option<std::num::NonZeroU16>) -> Field {
        id.and_then(|id| self.fields.get(id.get() as usize).copied()).unwrap_or(Field::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_kind_of_the_grammar_is_known_or_meant_to_be_unknown() {
        let language = Language::from(tree_sitter_python::LANGUAGE);
        let mut unknown: Vec<&str> = (0..language.node_kind_count() as u16)
            .filter(|id| language.node_kind_is_named(*id) && language.node_kind_is_visible(*id))
            .filter_map(|id| language.node_kind_for_id(id))
            .filter(|text| named(text) == Kind::Unknown)
            .collect();
        unknown.sort_unstable();
        let meant = ["constrained_type", "escape_interpolation", "escape_sequence", "import_prefix", "splat_type", "type_conversion"];
        assert_eq!(unknown, meant);
    }
}
