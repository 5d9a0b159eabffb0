//! The names of permissions as Discord's own client shows them, so that people find the switch.

use twilight_model::guild::Permissions;

use crate::Lang;

const NAMES: [(Permissions, &str, &str); 49] = [
    (
        Permissions::ADMINISTRATOR,
        "Administrator",
        "Administrateur",
    ),
    (
        Permissions::VIEW_CHANNEL,
        "View Channels",
        "Voir les salons",
    ),
    (
        Permissions::MANAGE_CHANNELS,
        "Manage Channels",
        "Gérer les salons",
    ),
    (Permissions::MANAGE_ROLES, "Manage Roles", "Gérer les rôles"),
    (
        Permissions::CREATE_GUILD_EXPRESSIONS,
        "Create Expressions",
        "Créer des expressions",
    ),
    (
        Permissions::MANAGE_GUILD_EXPRESSIONS,
        "Manage Expressions",
        "Gérer les expressions",
    ),
    (
        Permissions::VIEW_AUDIT_LOG,
        "View Audit Log",
        "Voir les logs du serveur",
    ),
    (
        Permissions::VIEW_GUILD_INSIGHTS,
        "View Server Insights",
        "Voir les analyses du serveur",
    ),
    (
        Permissions::MANAGE_WEBHOOKS,
        "Manage Webhooks",
        "Gérer les webhooks",
    ),
    (
        Permissions::MANAGE_GUILD,
        "Manage Server",
        "Gérer le serveur",
    ),
    (
        Permissions::CREATE_INVITE,
        "Create Invite",
        "Créer une invitation",
    ),
    (
        Permissions::CHANGE_NICKNAME,
        "Change Nickname",
        "Changer le pseudo",
    ),
    (
        Permissions::MANAGE_NICKNAMES,
        "Manage Nicknames",
        "Gérer les pseudos",
    ),
    (
        Permissions::KICK_MEMBERS,
        "Kick Members",
        "Expulser des membres",
    ),
    (
        Permissions::BAN_MEMBERS,
        "Ban Members",
        "Bannir des membres",
    ),
    (
        Permissions::MODERATE_MEMBERS,
        "Timeout Members",
        "Exclure temporairement des membres",
    ),
    (
        Permissions::SEND_MESSAGES,
        "Send Messages",
        "Envoyer des messages",
    ),
    (
        Permissions::SEND_MESSAGES_IN_THREADS,
        "Send Messages in Threads",
        "Envoyer des messages dans les fils",
    ),
    (
        Permissions::CREATE_PUBLIC_THREADS,
        "Create Public Threads",
        "Créer des fils publics",
    ),
    (
        Permissions::CREATE_PRIVATE_THREADS,
        "Create Private Threads",
        "Créer des fils privés",
    ),
    (
        Permissions::EMBED_LINKS,
        "Embed Links",
        "Intégrer des liens",
    ),
    (
        Permissions::ATTACH_FILES,
        "Attach Files",
        "Joindre des fichiers",
    ),
    (
        Permissions::ADD_REACTIONS,
        "Add Reactions",
        "Ajouter des réactions",
    ),
    (
        Permissions::USE_EXTERNAL_EMOJIS,
        "Use External Emoji",
        "Utiliser des émojis externes",
    ),
    (
        Permissions::USE_EXTERNAL_STICKERS,
        "Use External Stickers",
        "Utiliser des autocollants externes",
    ),
    (
        Permissions::MENTION_EVERYONE,
        "Mention Everyone",
        "Mentionner everyone",
    ),
    (
        Permissions::MANAGE_MESSAGES,
        "Manage Messages",
        "Gérer les messages",
    ),
    (
        Permissions::PIN_MESSAGES,
        "Pin Messages",
        "Épingler des messages",
    ),
    (
        Permissions::BYPASS_SLOWMODE,
        "Bypass Slowmode",
        "Contourner le mode lent",
    ),
    (
        Permissions::MANAGE_THREADS,
        "Manage Threads",
        "Gérer les fils",
    ),
    (
        Permissions::READ_MESSAGE_HISTORY,
        "Read Message History",
        "Voir les anciens messages",
    ),
    (
        Permissions::SEND_TTS_MESSAGES,
        "Send TTS Messages",
        "Envoyer des messages TTS",
    ),
    (
        Permissions::USE_SLASH_COMMANDS,
        "Use Application Commands",
        "Utiliser les commandes de l'application",
    ),
    (
        Permissions::SEND_VOICE_MESSAGES,
        "Send Voice Messages",
        "Envoyer des messages vocaux",
    ),
    (
        Permissions::SEND_POLLS,
        "Create Polls",
        "Créer des sondages",
    ),
    (Permissions::CONNECT, "Connect", "Se connecter"),
    (Permissions::SPEAK, "Speak", "Parler"),
    (Permissions::STREAM, "Video", "Vidéo"),
    (
        Permissions::USE_SOUNDBOARD,
        "Use Soundboard",
        "Utiliser la table de mixage",
    ),
    (
        Permissions::USE_VAD,
        "Use Voice Activity",
        "Utiliser la détection de la voix",
    ),
    (
        Permissions::PRIORITY_SPEAKER,
        "Priority Speaker",
        "Voix prioritaire",
    ),
    (
        Permissions::MUTE_MEMBERS,
        "Mute Members",
        "Rendre les membres muets",
    ),
    (
        Permissions::DEAFEN_MEMBERS,
        "Deafen Members",
        "Mettre en sourdine des membres",
    ),
    (
        Permissions::MOVE_MEMBERS,
        "Move Members",
        "Déplacer des membres",
    ),
    (
        Permissions::REQUEST_TO_SPEAK,
        "Request to Speak",
        "Demander à prendre la parole",
    ),
    (
        Permissions::CREATE_EVENTS,
        "Create Events",
        "Créer des évènements",
    ),
    (
        Permissions::MANAGE_EVENTS,
        "Manage Events",
        "Gérer les évènements",
    ),
    (
        Permissions::USE_EMBEDDED_ACTIVITIES,
        "Use Activities",
        "Utiliser les activités",
    ),
    (
        Permissions::USE_EXTERNAL_APPS,
        "Use External Apps",
        "Utiliser des applications externes",
    ),
];

/// The permissions, named and joined: `**Manage Roles**, **Move Members**`.
pub fn permission_names(lang: Lang, permissions: Permissions) -> String {
    let named: Vec<String> = NAMES
        .iter()
        .filter(|(permission, _, _)| permissions.contains(*permission))
        .map(|(_, english, french)| {
            format!(
                "**{}**",
                match lang {
                    Lang::En => english,
                    Lang::Fr => french,
                }
            )
        })
        .collect();
    named.join(", ")
}
