//! How operators and keywords are written.

use crate::ast::{BinaryOp, DeclKeyword, UnaryOp};

impl UnaryOp {
    /// The operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Neg => "-",
            Self::Not => "!",
            Self::Xor => "^",
            Self::Address => "&",
            Self::Receive => "<-",
            Self::Tilde => "~",
        }
    }
}

impl BinaryOp {
    /// The operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
            Self::And => "&",
            Self::Or => "|",
            Self::Xor => "^",
            Self::Shl => "<<",
            Self::Shr => ">>",
            Self::AndNot => "&^",
            Self::LogicalAnd => "&&",
            Self::LogicalOr => "||",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

impl DeclKeyword {
    /// The keyword as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Const => "const",
            Self::Var => "var",
            Self::Type => "type",
        }
    }
}
