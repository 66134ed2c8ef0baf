//! The words of `glaneur edition`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub enum EditionCommand {
    /// Prépare une édition (brouillon, ou approuvée d'office sans relecture) et écrit son numéro.
    Create {
        /// Seulement cette promotion ; sans rien : toutes.
        #[arg(long, value_name = "PROMOTION")]
        cohort: Vec<String>,
        /// Un rectificatif de cette annonce, à ceux qui en ont reçu une version corrigée depuis.
        #[arg(long, value_name = "ANNONCE", conflicts_with = "cohort")]
        corrects: Option<String>,
    },
    /// Liste les éditions.
    List,
    /// Montre une édition : ce que chacun recevra, ou a reçu.
    Show {
        #[arg(value_name = "N°")]
        id: i64,
    },
    /// Montre le courriel d'un membre.
    Preview {
        #[arg(value_name = "N°")]
        id: i64,
        /// Le membre dont on veut voir le courriel ; sans lui, le premier qui en reçoit un.
        #[arg(long, value_name = "ADRESSE")]
        member: Option<String>,
        /// text (ce qui vaut sans cette option), html, json ou eml.
        #[arg(long, value_enum, default_value_t = PreviewFormat::Text, value_name = "FORME")]
        #[arg(hide_possible_values = true, hide_default_value = true)]
        format: PreviewFormat,
    },
    /// Modifie un brouillon : retire des annonces, en met en tête, pose le mot de l'équipe.
    Edit(EditArgs),
    /// Envoie une épreuve à une adresse, pour relire ; ce n'est l'histoire d'aucun membre.
    Proof {
        #[arg(value_name = "N°")]
        id: i64,
        /// À qui l'envoyer.
        #[arg(value_name = "ADRESSE")]
        email: String,
        /// Le courriel de ce membre ; sans cela, toutes les annonces de l'édition, chacune une fois.
        #[arg(long, value_name = "MEMBRE")]
        member: Option<String>,
    },
    /// Approuve un brouillon : son contenu est figé.
    Approve {
        #[arg(value_name = "N°")]
        id: i64,
    },
    /// Suspend l'envoi.
    Pause {
        #[arg(value_name = "N°")]
        id: i64,
    },
    /// Reprend l'envoi.
    Resume {
        #[arg(value_name = "N°")]
        id: i64,
        /// Après la restauration d'une sauvegarde : cette édition n'a pas été envoyée depuis qu'elle a été faite.
        #[arg(long)]
        after_restore: bool,
    },
    /// Annule l'édition.
    Cancel {
        #[arg(value_name = "N°")]
        id: i64,
    },
    /// Envoie une édition approuvée, jusqu'au bout ou à ce qui est différé.
    Send {
        #[arg(value_name = "N°")]
        id: i64,
    },
    /// Le compte rendu des envois : d'une édition, ou d'une période pour les financeurs.
    Receipts {
        #[arg(value_name = "N°", required_unless_present = "from")]
        id: Option<i64>,
        /// Nomme tout le monde : ceux qui ont reçu le courriel, et pourquoi les autres n'ont rien reçu.
        #[arg(long, conflicts_with = "from")]
        all: bool,
        /// Compte une période, de ce jour (2026-01-01) ; les essais ne comptent pas.
        #[arg(long, value_name = "JOUR", requires = "to", conflicts_with = "id")]
        from: Option<NaiveDate>,
        /// …à ce jour compris.
        #[arg(long, value_name = "JOUR", requires = "from")]
        to: Option<NaiveDate>,
        /// En lignes pour un tableur.
        #[arg(long, requires = "from")]
        csv: bool,
    },
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("modification").required(true).multiple(true))]
pub struct EditArgs {
    #[arg(value_name = "N°")]
    pub id: i64,
    /// Retire de cette édition, par les numéros de « edition show ».
    #[arg(long, value_name = "ANNONCE", num_args = 1.., value_delimiter = ',', group = "modification")]
    pub drop: Vec<String>,
    /// Met en tête, dans l'ordre donné.
    #[arg(long, value_name = "ANNONCE", num_args = 1.., value_delimiter = ',', group = "modification")]
    pub pin: Vec<String>,
    /// Ni retirée ni en tête.
    #[arg(long, value_name = "ANNONCE", num_args = 1.., value_delimiter = ',', group = "modification")]
    pub undo: Vec<String>,
    /// Le mot de l'équipe, en tête de chaque courriel : un fichier Markdown ; vide, il l'ôte.
    #[arg(long, value_name = "FICHIER", group = "modification")]
    pub word: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PreviewFormat {
    Html,
    Text,
    Json,
    Eml,
}
