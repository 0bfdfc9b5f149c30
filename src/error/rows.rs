//! The macro that makes the table of errors.

/// Makes the enum of errors, and the functions that return a row's kind, code and text. Texts may contain the values of their row.
macro_rules! errors {
    ($(
        $(#[$of_row:meta])*
        $name:ident $( ($part:ident: $part_type:ty) )? $( { $( $(#[$of_field:meta])* $field:ident: $type:ty ),+ $(,)? } )?
            = $kind:ident, $code:literal, $english:literal, $korean:literal, $japanese:literal;
    )+) => {
        #[derive(Debug, Clone)]
        pub enum Error {
            $( $(#[$of_row])* $name $( ($part_type) )? $( { $( $(#[$of_field])* $field: $type ),+ } )?, )+
        }

        impl Error {
            pub fn kind(&self) -> ErrorKind {
                match self { $( Error::$name { .. } => ErrorKind::$kind, )+ }
            }

            pub fn code(&self) -> &'static str {
                match self { $( Error::$name { .. } => $code, )+ }
            }

            /// Returns the text for the caller, in the words of a surface.
            #[allow(unused_variables, clippy::useless_format)]
            pub fn text(&self, language: Language, words: SurfaceWords) -> String {
                match self {
                    $( Error::$name $( ($part) )? $( { $( $field ),+ } )? => {
                        $( let $part = $part.in_text(language, words); )?
                        $( $( let $field = $field.in_text(language, words); )+ )?
                        match language {
                            Language::English => format!($english),
                            Language::Korean => format!($korean),
                            Language::Japanese => format!($japanese),
                        }
                    } )+
                }
            }
        }
    };
}
pub(super) use errors;
