//! The words of the command line.

mod edition;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use chrono::{DateTime, FixedOffset, NaiveDate};
use clap::{
    Arg, ArgAction, Args, Command as ClapCommand, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum,
};

pub use edition::{EditArgs, EditionCommand, PreviewFormat};

/// Glaneur relève les appels à projets et les habilitations publiés en France et envoie à chaque membre d'un réseau
/// ceux qui le concernent.
#[derive(Debug, Parser)]
#[command(name = "glaneur", version, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(
    after_help = "« glaneur COMMANDE --help » détaille une commande. Pour essayer sans rien régler : « glaneur demo »."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads the words of the process; help and its headings are in French, as its readers are.
    pub fn read() -> Result<Self, clap::Error> {
        let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
        let command = in_french(Self::command().disable_version_flag(true))
            .arg(version.help("Montre la version").help_heading("Options de toute commande"));
        Self::from_arg_matches(&command.try_get_matches()?)
    }
}

fn in_french(command: ClapCommand) -> ClapCommand {
    let help = Arg::new("aide").short('h').long("help").action(ArgAction::Help).help("Montre cette aide");
    command
        .disable_help_flag(true)
        .arg(help.help_heading("Options de toute commande"))
        .help_template("{about-with-newline}\nUsage : {usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("Commandes")
        .subcommand_value_name("COMMANDE")
        .mut_subcommands(in_french)
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options de toute commande")]
pub struct Global {
    /// Fichier de réglages [défaut : ./glaneur.toml, puis /etc/glaneur/glaneur.toml].
    #[arg(long, global = true, value_name = "FICHIER")]
    pub config: Option<PathBuf>,
    /// Fait comme si l'on était à cet instant (essais, aperçus) : 2026-01-12T08:00:00+01:00.
    #[arg(long, global = true, value_name = "INSTANT")]
    pub now: Option<DateTime<FixedOffset>>,
    /// Répond par un objet JSON sur la sortie standard.
    #[arg(long, global = true)]
    pub json: bool,
    /// Raconte ce qui se fait, sur la sortie d'erreur.
    #[arg(long, short, global = true)]
    pub verbose: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Montre tout le travail sur une région inventée, sans rien installer ni régler.
    Demo(DemoArgs),
    /// Écrit des fichiers de réglages commentés : glaneur.toml, sources.toml, themes.toml.
    Init(InitArgs),
    /// Lit tous les fichiers et dit toutes les erreurs à la fois.
    Check,
    /// Fait ce que ferait le service maintenant : relever, préparer l'édition due, l'envoyer.
    ///
    /// Une différence, dans un réseau neuf : « once » prépare tout de suite l'édition du dernier horaire passé ; le
    /// service, à sa première mise en route, attend le prochain horaire. Aucune édition n'est préparée deux fois.
    Once,
    /// Tourne comme service : relève les sources et envoie les éditions aux heures dites.
    ///
    /// À sa première mise en route, il attend le prochain horaire de [digest] schedule : rien de ce qui était dû avant
    /// n'est rattrapé. Arrêté puis relancé, il rattrape ce qui était dû entre-temps, en une seule édition.
    Run,
    /// Les sites suivis.
    #[command(subcommand)]
    Sources(SourcesCommand),
    /// Relève une fois les sources dues, ou celles que l'on nomme.
    Collect(CollectArgs),
    /// Les annonces connues.
    #[command(subcommand)]
    Notices(NoticesCommand),
    /// Dit ce qui est compris d'une page ou d'un texte, et de quels mots.
    Understand(UnderstandArgs),
    /// Lit un PDF sur l'entrée, sous limites : Glaneur l'appelle lui-même.
    #[command(hide = true)]
    ReadPdf,
    /// Les membres du réseau.
    #[command(subcommand)]
    Members(MembersCommand),
    /// Ce qui revient des courriels : échecs, absences, plaintes, départs.
    #[command(subcommand)]
    Bounces(BouncesCommand),
    /// Dit si les courriels seront reconnus : SPF, DKIM, DMARC, relais ; et ce qu'il faut publier.
    ///
    /// Rien n'est envoyé ni changé. Chaque point est bien, à corriger, ou n'a pas pu être vérifié.
    Doctor(DoctorArgs),
    /// Sauvegarde la base et la clé des liens, même quand le service tourne.
    Backup {
        /// Fichier à écrire ; la clé va à côté, sous ce nom suivi de .key.
        #[arg(value_name = "FICHIER")]
        file: PathBuf,
    },
    /// Les éditions : préparer, relire, envoyer, suivre.
    #[command(subcommand)]
    Edition(EditionCommand),
    /// Entrer dans les pages d'administration.
    #[command(subcommand)]
    Admin(AdminCommand),
}

#[derive(Debug, Subcommand)]
pub enum BouncesCommand {
    /// Lit des messages revenus et dit, pour chacun, quelle adresse a échoué et pourquoi : un objet JSON par message.
    Read {
        /// Fichiers d'un message ou d'une boîte mbox ; « - », ou rien, pour l'entrée standard.
        #[arg(value_name = "FICHIER")]
        files: Vec<PathBuf>,
        /// Fait aussi ce qui en suit : suspend ou compte les membres concernés, une fois par message.
        #[arg(long)]
        apply: bool,
    },
    /// Liste ce qui est revenu aux membres, avec les mots des serveurs, et ce qu'il faut lire soi-même.
    List {
        /// Depuis tant de jours [défaut : 30].
        #[arg(long, value_name = "JOURS", default_value_t = 30, hide_default_value = true)]
        days: u32,
    },
}

#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Le sélecteur DKIM sous lequel le relais signe, quand ce n'est pas Glaneur.
    #[arg(long, value_name = "NOM")]
    pub selector: Option<String>,
    /// L'adresse IP publique d'où partent les courriels, quand elle n'est pas celle du relais.
    #[arg(long, value_name = "IP")]
    pub sender_ip: Option<IpAddr>,
    /// Le serveur DNS à interroger [défaut : celui du système] : 9.9.9.9:53.
    #[arg(long, value_name = "IP:PORT")]
    pub resolver: Option<SocketAddr>,
    /// Compare plutôt un courriel d'essai, tel qu'il est arrivé, avec ce qui est parti : ce que le relais a changé.
    #[arg(long, value_name = "FICHIER.eml", conflicts_with_all = ["selector", "sender_ip", "resolver"])]
    pub received: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct DemoArgs {
    /// S'arrête après le bilan, sans servir les pages.
    #[arg(long)]
    pub once: bool,
    /// Dossier où tout est écrit [défaut : glaneur-demo].
    #[arg(long, value_name = "DOSSIER", default_value = "glaneur-demo", hide_default_value = true)]
    pub dir: PathBuf,
    /// Port des pages servies sur cette machine [défaut : 8025].
    #[arg(long, default_value_t = 8025, hide_default_value = true)]
    #[arg(value_name = "PORT")]
    pub port: u16,
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// Dossier où écrire [défaut : le dossier courant].
    #[arg(value_name = "DOSSIER", default_value = ".", hide_default_value = true)]
    pub dir: PathBuf,
}

#[derive(Debug, Args)]
pub struct CollectArgs {
    /// Sources à relever tout de suite ; sans rien : celles qui sont dues.
    #[arg(value_name = "SOURCE")]
    pub ids: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum SourcesCommand {
    /// Liste les sources et l'état de chacune.
    List,
    /// Dit comment va chaque source : dernier succès, ce qui ne va pas et depuis quand.
    Health,
    /// Regarde une adresse, montre ce qui y serait lu et, sur un oui, ajoute la source à sources.toml.
    Add(AddArgs),
    /// Relève une source à blanc : ce qui y est lu, ce qui a changé, et les sélecteurs qui ne trouvent plus rien.
    Test {
        /// L'identifiant de la source dans sources.toml.
        #[arg(value_name = "SOURCE")]
        id: String,
    },
}

#[derive(Debug, Args)]
pub struct AddArgs {
    /// L'adresse de la page qui liste les appels, ou d'un flux, copiée depuis le navigateur.
    #[arg(value_name = "URL")]
    pub url: String,
    /// Écrit sans demander.
    #[arg(long)]
    pub yes: bool,
    /// L'identifiant de la source [défaut : d'après son nom].
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Le nom de la source pour les lecteurs [défaut : celui du site].
    #[arg(long, value_name = "NOM")]
    pub name: Option<String>,
    /// Ce que couvre un appel qui ne le dit pas : « Nantes », « Montreuil (93) », D93, R11, FR ; plusieurs : des virgules.
    #[arg(long, value_name = "LIEUX")]
    pub territory: Option<String>,
    /// Laquelle des façons de lire trouvées, par son numéro [défaut : la première].
    #[arg(long, value_name = "N°")]
    pub choice: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub enum NoticesCommand {
    /// Liste les annonces.
    List {
        /// Seulement celles auxquelles on peut encore répondre.
        #[arg(long)]
        open: bool,
        /// call (appel), aid (aide), accreditation (habilitation), results (lauréats) ou news (actualité).
        #[arg(long, value_enum, value_name = "GENRE", hide_possible_values = true)]
        kind: Option<KindArg>,
        /// Un nom ou un code de lieu : « Montreuil (93) », D93, R11, FR.
        #[arg(long, value_name = "LIEU")]
        territory: Option<String>,
        /// Un thème de themes.toml.
        #[arg(long, value_name = "THÈME")]
        theme: Option<String>,
    },
    /// Montre une annonce : ce qui a été lu, les mots d'où cela vient, les doutes, l'histoire.
    Show {
        /// Le numéro que donne « notices list » (n suivi de sept signes).
        #[arg(value_name = "ANNONCE")]
        id: String,
    },
    /// Corrige une annonce ; la correction dure malgré les relevés suivants.
    Correct(CorrectArgs),
    /// Cache une annonce à tous les membres.
    Hide {
        #[arg(value_name = "ANNONCE")]
        id: String,
        /// La montre de nouveau.
        #[arg(long)]
        undo: bool,
    },
    /// Fait une seule annonce de deux : la seconde devient pour toujours un autre nom de la première.
    Merge {
        /// Celle qui reste, avec ses corrections.
        #[arg(value_name = "ANNONCE")]
        kept: String,
        /// Celle qui la rejoint.
        #[arg(value_name = "AUTRE")]
        other: String,
    },
    /// Sépare ce qui a été pris pour une seule annonce : défait les réunions, ou donne à chaque page la sienne.
    Split {
        #[arg(value_name = "ANNONCE")]
        id: String,
    },
    /// Comprend de nouveau tout ce qui est connu, après un changement de thèmes ou de version ; n'annonce rien.
    Reread,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("champ").required(true).multiple(true))]
pub struct CorrectArgs {
    #[arg(value_name = "ANNONCE")]
    pub id: String,
    /// 2026-03-31, 2026-03-31T12:00, ou « aucune ».
    #[arg(long, value_name = "DATE", group = "champ")]
    pub deadline: Option<String>,
    /// Un ou plusieurs lieux, séparés par des virgules : « D93, Nantes ».
    #[arg(long, value_name = "LIEUX", group = "champ")]
    pub territory: Option<String>,
    /// call, aid, accreditation, results ou news.
    #[arg(long, value_enum, value_name = "GENRE", group = "champ", hide_possible_values = true)]
    pub kind: Option<KindArg>,
    /// Un ou plusieurs thèmes, séparés par des virgules.
    #[arg(long, value_name = "THÈMES", group = "champ")]
    pub theme: Option<String>,
    /// Le titre à montrer.
    #[arg(long, value_name = "TITRE", group = "champ")]
    pub title: Option<String>,
    /// Si un CCAS ou une commune peut répondre : oui, non ou inconnu.
    #[arg(long, value_enum, value_name = "RÉPONSE", group = "champ", hide_possible_values = true)]
    pub ccas: Option<YesNo>,
    /// Qui peut répondre, séparés par des virgules : collectivités, associations, entreprises, établissements, particuliers.
    #[arg(long, value_name = "PUBLICS", group = "champ")]
    pub audience: Option<String>,
    /// open (en cours), suspended (suspendu), cancelled (annulé) ou withdrawn (retiré).
    #[arg(long, value_enum, value_name = "ÉTAT", group = "champ", hide_possible_values = true)]
    pub status: Option<StatusArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum KindArg {
    Call,
    Aid,
    Accreditation,
    Results,
    News,
    Event,
    Resource,
    Announcement,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum YesNo {
    Oui,
    Non,
    Inconnu,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum StatusArg {
    Open,
    Suspended,
    Cancelled,
    Withdrawn,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("quoi").required(true))]
pub struct UnderstandArgs {
    /// Adresse de la page à lire.
    #[arg(value_name = "URL", group = "quoi")]
    pub url: Option<String>,
    /// Fichier HTML ou texte à lire.
    #[arg(long, value_name = "FICHIER", group = "quoi")]
    pub file: Option<PathBuf>,
    /// Lit un objet {id, url, publisher, source_territory, published, title, text} par ligne sur l'entrée standard, et
    /// en écrit un par ligne.
    #[arg(long, group = "quoi")]
    pub jsonl: bool,
    /// Date de publication, quand la page ne la dit pas.
    #[arg(long, value_name = "DATE")]
    pub published: Option<NaiveDate>,
    /// Territoire de la source, quand la page ne dit pas le sien (code).
    #[arg(long, value_name = "CODE")]
    pub territory: Option<String>,
    /// Qui publie.
    #[arg(long, value_name = "NOM")]
    pub publisher: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum MembersCommand {
    /// Importe un tableau (CSV, xlsx, ods) ; peut être refait sans rien doubler.
    Import {
        /// Le tableau : une ligne d'en-têtes, une personne par ligne.
        #[arg(value_name = "FICHIER")]
        file: PathBuf,
        /// Dit ce qui serait fait, sans le faire.
        #[arg(long)]
        dry_run: bool,
    },
    /// Liste les membres.
    List,
    /// Montre un membre.
    Show {
        #[arg(value_name = "ADRESSE")]
        email: String,
    },
    /// Écrit tout ce que l'on sait d'un membre, ou de tous (RGPD).
    Export {
        #[arg(value_name = "ADRESSE")]
        email: Option<String>,
    },
    /// Note qu'un membre a demandé à ne plus rien recevoir ; un nouvel import ne le fera pas revenir.
    Leave {
        #[arg(value_name = "ADRESSE")]
        email: String,
    },
    /// Sert de nouveau un membre suspendu, en pause ou parti (à sa demande).
    Resume {
        #[arg(value_name = "ADRESSE")]
        email: String,
    },
    /// Efface un membre ; un nouvel import ne le fera pas revenir.
    Erase {
        #[arg(value_name = "ADRESSE")]
        email: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Donne un lien qui connecte un administrateur aux pages, une seule fois.
    Link {
        /// Une adresse de « admins », dans glaneur.toml.
        #[arg(value_name = "ADRESSE")]
        email: String,
    },
}
