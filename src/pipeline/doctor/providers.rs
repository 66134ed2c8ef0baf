//! What well-known relays ask a domain to publish, from their public documentation; docs/deliverability.md says where.

/// A relay known by the name of its server.
#[derive(Debug)]
pub(super) struct Provider {
    pub name: &'static str,
    /// Ends of the names of its servers.
    hosts: &'static [&'static str],
    /// What the domain's SPF includes.
    pub include: Option<&'static str>,
    /// Selectors under which it signs for a domain; none where each account has its own.
    pub selectors: &'static [&'static str],
    pub envelope: Envelope,
}

/// Whose address the envelope carries when the mail leaves the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Envelope {
    Ours,
    /// Its own: SPF is checked on its domain, and bounces go to it.
    ItsOwn,
}

const PROVIDERS: &[Provider] = &[
    Provider {
        name: "OVHcloud",
        hosts: &["ovh.net", "ovh.com", "ovh.ca"],
        include: Some("mx.ovh.com"),
        selectors: &[],
        envelope: Envelope::Ours,
    },
    Provider {
        name: "Brevo",
        hosts: &["brevo.com", "sendinblue.com"],
        include: None,
        selectors: &["brevo1", "brevo2", "mail"],
        envelope: Envelope::ItsOwn,
    },
    Provider {
        name: "Gandi",
        hosts: &["gandi.net"],
        include: Some("_mailcust.gandi.net"),
        selectors: &["gm1", "gm2", "gm3"],
        envelope: Envelope::Ours,
    },
    Provider {
        name: "Infomaniak",
        hosts: &["infomaniak.com", "infomaniak.ch"],
        include: Some("spf.infomaniak.ch"),
        selectors: &[],
        envelope: Envelope::Ours,
    },
    Provider {
        name: "Google Workspace",
        hosts: &["gmail.com", "google.com"],
        include: Some("_spf.google.com"),
        selectors: &["google"],
        envelope: Envelope::Ours,
    },
    Provider {
        name: "Microsoft 365",
        hosts: &["office365.com", "outlook.com"],
        include: Some("spf.protection.outlook.com"),
        selectors: &["selector1", "selector2"],
        envelope: Envelope::Ours,
    },
    Provider {
        name: "Mailjet",
        hosts: &["mailjet.com"],
        include: Some("spf.mailjet.com"),
        selectors: &["mailjet"],
        envelope: Envelope::ItsOwn,
    },
];

pub(super) fn known(host: &str) -> Option<&'static Provider> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_under = |end: &&str| host == **end || host.ends_with(&format!(".{end}"));
    PROVIDERS.iter().find(|provider| provider.hosts.iter().any(is_under))
}

/// Domains of mailboxes for everybody: nobody can publish records there, and their rules refuse mail sent elsewhere.
pub(super) fn is_of_everybody(domain: &str) -> bool {
    const DOMAINS: &[&str] = &[
        "gmail.com",
        "googlemail.com",
        "yahoo.com",
        "yahoo.fr",
        "outlook.com",
        "outlook.fr",
        "hotmail.com",
        "hotmail.fr",
        "live.fr",
        "live.com",
        "msn.com",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "sfr.fr",
        "neuf.fr",
        "laposte.net",
        "bbox.fr",
        "numericable.fr",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.fr",
        "gmx.com",
        "protonmail.com",
        "proton.me",
    ];
    DOMAINS.iter().any(|known| domain.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relays_are_known_by_the_end_of_their_name() {
        let check = |host: &str, want: Option<&str>| assert_eq!(known(host).map(|one| one.name), want, "{host}");
        check("ssl0.ovh.net", Some("OVHcloud"));
        check("smtp-relay.brevo.com", Some("Brevo"));
        check("SMTP.Office365.com.", Some("Microsoft 365"));
        check("monovh.net", None);
        check("smtp.reseau.example", None);
    }
}
