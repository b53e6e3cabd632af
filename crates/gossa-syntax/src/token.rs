//! Tokens: their kinds, spellings, precedences, and the tables that the lexer is driven by.

use crate::ast::BinaryOp;
use crate::names::pack;

/// Declares the token kinds in order, with the words that error messages use for them.
macro_rules! tokens {
    ($($(#[$meta:meta])* $name:ident = $spelling:literal,)*) => {
        /// Kind of a token.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub(crate) enum TokenKind {
            $(#[doc = concat!("`", $spelling, "`")] $(#[$meta])* $name,)*
        }

        impl TokenKind {
            /// The token as it is written; a description for tokens with varying text.
            #[must_use]
            pub(crate) const fn spelling(self) -> &'static str {
                match self { $(Self::$name => $spelling,)* }
            }
        }
    };
}

tokens! {
    Eof = "EOF",
    Semicolon = "semicolon or newline",
    Ident = "name",
    Int = "integer literal",
    Float = "float literal",
    Imaginary = "imaginary literal",
    Rune = "rune literal",
    String = "string literal",

    LogicalOr = "||",
    LogicalAnd = "&&",
    Equal = "==",
    NotEqual = "!=",
    Less = "<",
    LessEqual = "<=",
    Greater = ">",
    GreaterEqual = ">=",
    Plus = "+",
    Minus = "-",
    Or = "|",
    Xor = "^",
    Star = "*",
    Slash = "/",
    Percent = "%",
    And = "&",
    AndNot = "&^",
    Shl = "<<",
    Shr = ">>",
    Not = "!",
    Tilde = "~",

    PlusAssign = "+=",
    MinusAssign = "-=",
    OrAssign = "|=",
    XorAssign = "^=",
    StarAssign = "*=",
    SlashAssign = "/=",
    PercentAssign = "%=",
    AndAssign = "&=",
    AndNotAssign = "&^=",
    ShlAssign = "<<=",
    ShrAssign = ">>=",

    Increment = "++",
    Decrement = "--",
    Assign = "=",
    Define = ":=",
    Arrow = "<-",
    LeftParen = "(",
    LeftBracket = "[",
    LeftBrace = "{",
    RightParen = ")",
    RightBracket = "]",
    RightBrace = "}",
    Comma = "comma",
    Colon = ":",
    Dot = ".",
    Ellipsis = "...",

    Break = "break",
    Case = "case",
    Chan = "chan",
    Const = "const",
    Continue = "continue",
    Default = "default",
    Defer = "defer",
    Else = "else",
    Fallthrough = "fallthrough",
    For = "for",
    Func = "func",
    Go = "go",
    Goto = "goto",
    If = "if",
    Import = "import",
    Interface = "interface",
    Map = "map",
    Package = "package",
    Range = "range",
    Return = "return",
    Select = "select",
    Struct = "struct",
    Switch = "switch",
    Type = "type",
    Var = "var",
}

use TokenKind as T;

impl TokenKind {
    /// Whether it is a keyword.
    #[must_use]
    pub(crate) const fn is_keyword(self) -> bool {
        self as u8 >= T::Break as u8
    }

    /// Whether it is a literal.
    #[must_use]
    pub(crate) const fn is_literal(self) -> bool {
        T::Int as u8 <= self as u8 && self as u8 <= T::String as u8
    }

    /// Whether a newline after it becomes a semicolon.
    #[inline]
    pub(crate) const fn ends_statement(self) -> bool {
        ENDS_STATEMENT[self as usize]
    }

    /// Precedence as a binary operator, from 1 (`||`) to 5 (`*`); 0 for what is none.
    #[inline]
    pub(crate) const fn precedence(self) -> u8 {
        // The kinds are declared in this order.
        const FIRST: u8 = T::LogicalOr as u8;
        const LAST: u8 = T::Shr as u8;
        const TABLE: [u8; 19] = [1, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5];
        let index = (self as u8).wrapping_sub(FIRST);
        if index <= LAST - FIRST { TABLE[index as usize] } else { 0 }
    }

    /// The binary operator that it is, alone or followed by `=`.
    #[inline]
    pub(crate) const fn binary_op(self) -> Option<BinaryOp> {
        Some(match self {
            T::LogicalOr => BinaryOp::LogicalOr,
            T::LogicalAnd => BinaryOp::LogicalAnd,
            T::Equal => BinaryOp::Equal,
            T::NotEqual => BinaryOp::NotEqual,
            T::Less => BinaryOp::Less,
            T::LessEqual => BinaryOp::LessEqual,
            T::Greater => BinaryOp::Greater,
            T::GreaterEqual => BinaryOp::GreaterEqual,
            T::Plus | T::PlusAssign => BinaryOp::Add,
            T::Minus | T::MinusAssign => BinaryOp::Sub,
            T::Or | T::OrAssign => BinaryOp::Or,
            T::Xor | T::XorAssign => BinaryOp::Xor,
            T::Star | T::StarAssign => BinaryOp::Mul,
            T::Slash | T::SlashAssign => BinaryOp::Div,
            T::Percent | T::PercentAssign => BinaryOp::Rem,
            T::And | T::AndAssign => BinaryOp::And,
            T::AndNot | T::AndNotAssign => BinaryOp::AndNot,
            T::Shl | T::ShlAssign => BinaryOp::Shl,
            T::Shr | T::ShrAssign => BinaryOp::Shr,
            _ => return None,
        })
    }

    /// Whether it is an assignment with an operator, such as `+=`.
    #[inline]
    pub(crate) const fn is_compound_assign(self) -> bool {
        T::PlusAssign as u8 <= self as u8 && self as u8 <= T::ShrAssign as u8
    }
}

/// A set of token kinds.
#[derive(Clone, Copy)]
pub(crate) struct TokenSet(u128);

impl TokenSet {
    /// The set of these kinds.
    pub(crate) const fn new(kinds: &[TokenKind]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < kinds.len() {
            bits |= 1 << kinds[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    /// The kinds of both.
    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `kind` is in the set.
    #[inline]
    pub(crate) const fn contains(self, kind: TokenKind) -> bool {
        self.0 >> kind as u8 & 1 != 0
    }

    /// Whether the set has no kinds.
    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// How many kinds there are.
const KINDS: usize = T::Var as usize + 1;

static ENDS_STATEMENT: [bool; KINDS] = {
    const KINDS_THAT_DO: [TokenKind; 15] = [
        T::Ident,
        T::Int,
        T::Float,
        T::Imaginary,
        T::Rune,
        T::String,
        T::Break,
        T::Continue,
        T::Fallthrough,
        T::Return,
        T::Increment,
        T::Decrement,
        T::RightParen,
        T::RightBracket,
        T::RightBrace,
    ];
    let mut table = [false; KINDS];
    let mut i = 0;
    while i < KINDS_THAT_DO.len() {
        table[KINDS_THAT_DO[i] as usize] = true;
        i += 1;
    }
    table
};

/// The operators that may stand between or before operands.
pub(crate) const OPERATORS: TokenSet = TokenSet::new(&[
    T::LogicalOr,
    T::LogicalAnd,
    T::Equal,
    T::NotEqual,
    T::Less,
    T::LessEqual,
    T::Greater,
    T::GreaterEqual,
    T::Plus,
    T::Minus,
    T::Or,
    T::Xor,
    T::Slash,
    T::Percent,
    T::And,
    T::AndNot,
    T::Shl,
    T::Shr,
    T::Not,
    T::Tilde,
]);

const KEYWORD_LIST: [TokenKind; 25] = [
    T::Break,
    T::Case,
    T::Chan,
    T::Const,
    T::Continue,
    T::Default,
    T::Defer,
    T::Else,
    T::Fallthrough,
    T::For,
    T::Func,
    T::Go,
    T::Goto,
    T::If,
    T::Import,
    T::Interface,
    T::Map,
    T::Package,
    T::Range,
    T::Return,
    T::Select,
    T::Struct,
    T::Switch,
    T::Type,
    T::Var,
];

/// A perfect hash of the keywords' packed forms: the multiplier was found by search, and building
/// the table checks it.
const fn keyword_slot(packed: u64) -> usize {
    (packed.wrapping_mul(0xc10f_aa40_03ba_33db) >> 58) as usize
}

/// The keywords and their packed forms by hash; the other slots hold the packed form of no word.
static KEYWORDS: [(u64, TokenKind); 64] = {
    let mut table = [(0, T::Ident); 64];
    let mut i = 0;
    while i < KEYWORD_LIST.len() {
        let packed = pack(KEYWORD_LIST[i].spelling().as_bytes());
        let slot = keyword_slot(packed);
        assert!(table[slot].0 == 0, "keyword hash has a collision");
        table[slot] = (packed, KEYWORD_LIST[i]);
        i += 1;
    }
    table
};

/// The keyword that an identifier-like word is, or [`TokenKind::Ident`]; `packed` is its packed
/// form.
#[inline]
pub(crate) fn keyword(word: &[u8], packed: u64) -> TokenKind {
    let (known, kind) = KEYWORDS[keyword_slot(packed)];
    // Short words are their packed forms.
    let found = known == packed && (word.len() <= 8 || kind.spelling().as_bytes() == word);
    if found { kind } else { T::Ident }
}

/// Which bytes may continue an identifier in ASCII.
pub(crate) const IDENT_BYTE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    table
};

/// Which bytes may start an identifier in ASCII.
pub(crate) static WORD_START: [bool; 256] = {
    let mut table = IDENT_BYTE;
    let mut digit = b'0';
    while digit <= b'9' {
        table[digit as usize] = false;
        digit += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyword_is_found_and_nothing_else() {
        for kind in KEYWORD_LIST {
            let word = kind.spelling().as_bytes();
            assert_eq!(keyword(word, pack(word)), kind);
            assert!(kind.is_keyword());
        }
        assert_eq!(T::LogicalOr.precedence(), 1);
        assert_eq!(T::GreaterEqual.precedence(), 3);
        assert_eq!([T::Plus, T::Minus, T::Or, T::Xor].map(T::precedence), [4; 4]);
        assert_eq!([T::Star, T::And, T::AndNot, T::Shr].map(T::precedence), [5; 4]);
        assert_eq!([T::String, T::Not, T::Tilde, T::Assign, T::Arrow].map(T::precedence), [0; 5]);
        for word in ["name", "x", "", "breaks", "Func", "typ", "vars"] {
            assert_eq!(keyword(word.as_bytes(), pack(word.as_bytes())), T::Ident);
        }
    }
}
