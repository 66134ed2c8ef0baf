//! Whole messages, read: each form in our own words.

mod damaged;
mod failures;
mod forms;
mod others;
mod reports;

use super::{Kind, read};

/// What is read of a message: `address kind status`, one a line.
fn check(message: &str, want: &[&str]) {
    let message = message.replace('\n', "\r\n");
    let reading = read(message.as_bytes());
    let found: Vec<String> = reading
        .recipients
        .iter()
        .map(|r| format!("{} {} {}", r.address, r.kind.as_str(), r.status.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(found, want, "{message}\n{reading:#?}");
}

/// A bounce in free words from a mail system.
fn check_text(text: &str, want: &[&str]) {
    check(&daemon("Undelivered Mail Returned to Sender", text), want);
}

fn daemon(subject: &str, text: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.relais.example>\nTo: rebonds@reseau.example\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n{text}"
    )
}

/// A delivery report with these fields for its recipients.
fn report(fields: &str) -> String {
    format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.relais.example\nTo: rebonds@reseau.example\nSubject: Delivery Status Notification\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nVotre message n'a pas été remis.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.relais.example\n\n{fields}\n\n--b\nContent-Type: text/rfc822-headers\n\nTo: lea@ville.example\nMessage-ID: <abc@reseau.example>\n\n--b--\n"
    )
}

fn kinds(message: &str) -> Vec<Kind> {
    read(message.as_bytes()).recipients.iter().map(|r| r.kind).collect()
}
