//! stub of the writer

/// Why a mail cannot be written.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum MessageError {
    #[error(
        "l’en-tête « {name} » contient un saut de ligne ou un caractère de contrôle : corrigez le réglage d’où il vient"
    )]
    UnsoundHeader { name: String },
}

/// The bytes of a mail.
pub fn write(mail: &crate::model::Mail) -> Result<Vec<u8>, MessageError> {
    Ok(format!("Message-ID: <{}>\r\n\r\n{}\r\n", mail.message_id, mail.content.text.replace('\n', "\r\n")).into_bytes())
}
