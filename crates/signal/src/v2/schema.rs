//! The fields of a backup's frames (`backup.proto` of libsignal, August 2026): numbers, names in JSON,
//! kinds. Facts of the format; what they mean stands where they are read.

use super::node::Kind::{Bytes, Enum, Int, Message, Secret, Text, Unread};
use super::node::Schema;

/// Tables of fields, called as the messages are.
macro_rules! schemas {
    ($($name:ident { $($number:literal $json:ident: $kind:expr,)* })*) => {
        $(#[allow(non_upper_case_globals, reason = "named as in backup.proto")]
        pub(crate) static $name: Schema = Schema {
            name: stringify!($name),
            fields: &[$(($number, stringify!($json), $kind)),*],
        };)*
    };
}

schemas! {
    BackupInfo {
        1 version: Int,
        2 backupTimeMs: Int,
        3 mediaRootBackupKey: Secret,
        4 currentAppVersion: Text,
        5 firstAppVersion: Unread,
        6 debugInfo: Unread,
    }
    Frame {
        1 account: Message(&Account),
        2 recipient: Message(&Recipient),
        3 chat: Message(&Chat),
        4 chatItem: Message(&ChatItem),
        5 stickerPack: Unread,
        6 adHocCall: Unread,
        7 notificationProfile: Unread,
        8 chatFolder: Unread,
    }
    Account {
        1 profileKey: Secret,
        2 username: Text,
        3 usernameLink: Secret,
        4 givenName: Text,
        5 familyName: Text,
        6 avatarUrlPath: Unread,
        7 donationSubscriberData: Secret,
        8 reserved: Secret,
        9 accountSettings: Message(&Settings),
        10 backupsSubscriberData: Secret,
        11 svrPin: Secret,
        12 androidSpecificSettings: Unread,
        13 bioText: Unread,
        14 bioEmoji: Unread,
        15 keyTransparencyData: Secret,
        16 iosSpecificSettings: Unread,
    }
    Settings {
        1 readReceipts: Unread,
        2 sealedSenderIndicators: Unread,
        3 typingIndicators: Unread,
        4 linkPreviews: Unread,
        5 notDiscoverableByPhoneNumber: Unread,
        6 preferContactAvatars: Unread,
        7 universalExpireTimerSeconds: Int,
        8 preferredReactionEmoji: Unread,
        9 displayBadgesOnProfile: Unread,
        10 keepMutedChatsArchived: Unread,
        11 hasSetMyStoriesPrivacy: Unread,
        12 hasViewedOnboardingStory: Unread,
        13 storiesDisabled: Unread,
        14 storyViewReceiptsEnabled: Unread,
        15 hasSeenGroupStoryEducationSheet: Unread,
        16 hasCompletedUsernameOnboarding: Unread,
        17 phoneNumberSharingMode: Unread,
        18 defaultChatStyle: Unread,
        19 customChatColors: Unread,
        20 optimizeOnDeviceStorage: Unread,
        21 backupTier: Unread,
        22 showSealedSenderIndicators: Unread,
        23 defaultSentMediaQuality: Unread,
        24 autoDownloadSettings: Unread,
        25 wifiAutoDownloadSettings: Unread,
        26 screenLockTimeoutMinutes: Unread,
        27 pinReminders: Unread,
        28 appTheme: Unread,
        29 callsUseLessDataSetting: Unread,
        30 allowSealedSenderFromAnyone: Unread,
        31 allowAutomaticKeyVerification: Unread,
        32 hasSeenAdminDeleteEducationDialog: Unread,
    }
    Recipient {
        1 id: Int,
        2 contact: Message(&Contact),
        3 group: Message(&Group),
        4 distributionList: Message(&DistributionItem),
        5 self: Message(&Empty),
        6 releaseNotes: Message(&Empty),
        7 callLink: Message(&CallLink),
    }
    Empty { 1 avatarColor: Unread, }
    Contact {
        1 aci: Bytes,
        2 pni: Bytes,
        3 username: Text,
        4 e164: Int,
        5 blocked: Unread,
        6 visibility: Unread,
        7 registered: Unread,
        8 notRegistered: Unread,
        9 profileKey: Secret,
        10 profileSharing: Unread,
        11 profileGivenName: Text,
        12 profileFamilyName: Text,
        13 hideStory: Unread,
        14 identityKey: Secret,
        15 identityState: Unread,
        16 nickname: Message(&Name),
        17 note: Unread,
        18 systemGivenName: Text,
        19 systemFamilyName: Text,
        20 systemNickname: Text,
        21 avatarColor: Unread,
        22 keyTransparencyData: Secret,
        23 blockedAtTimestamp: Unread,
    }
    Name { 1 given: Text, 2 family: Text, }
    // the master key is needed for the group's id and goes no further than that
    Group {
        1 masterKey: Bytes,
        2 whitelisted: Unread,
        3 hideStory: Unread,
        4 storySendMode: Unread,
        5 snapshot: Message(&Snapshot),
        6 blocked: Unread,
        7 avatarColor: Unread,
        8 blockedAtTimestamp: Unread,
    }
    Snapshot {
        1 publicKey: Secret,
        2 title: Message(&Attribute),
        3 avatarUrl: Unread,
        4 disappearingMessagesTimer: Message(&Attribute),
        5 accessControl: Unread,
        6 version: Unread,
        7 members: Message(&Member),
        8 membersPendingProfileKey: Unread,
        9 membersPendingAdminApproval: Unread,
        10 inviteLinkPassword: Secret,
        11 description: Unread,
        12 announcementsOnly: Unread,
        13 membersBanned: Unread,
        14 terminated: Unread,
    }
    Attribute { 1 title: Text, 2 avatar: Unread, 3 disappearingMessagesDuration: Int, 4 descriptionText: Unread, }
    Member { 1 userId: Bytes, 2 role: Unread, 3 profileKey: Secret, 4 presentation: Secret, 5 joinedAtVersion: Unread, 6 labelEmoji: Unread, 7 labelString: Unread, }
    DistributionItem { 1 distributionId: Bytes, 2 deletionTimestamp: Unread, 3 distributionList: Message(&DistributionList), }
    DistributionList { 1 name: Text, 2 allowReplies: Unread, 3 privacyMode: Unread, 4 memberRecipientIds: Int, }
    CallLink { 1 rootKey: Secret, 2 adminKey: Secret, 3 name: Text, 4 restrictions: Unread, 5 expirationMs: Unread, 6 epoch: Secret, }
    Chat {
        1 id: Int,
        2 recipientId: Int,
        3 archived: Unread,
        4 pinnedOrder: Int,
        5 expirationTimerMs: Int,
        6 muteUntilMs: Unread,
        7 markedUnread: Unread,
        8 dontNotifyForMentionsIfMuted: Unread,
        9 style: Unread,
        10 expireTimerVersion: Unread,
    }
    ChatItem {
        1 chatId: Int,
        2 authorId: Int,
        3 dateSent: Int,
        4 expireStartDate: Int,
        5 expiresInMs: Int,
        6 revisions: Message(&ChatItem),
        7 sms: Int,
        8 incoming: Message(&Incoming),
        9 outgoing: Message(&Outgoing),
        10 directionless: Message(&Empty),
        11 standardMessage: Message(&Standard),
        12 contactMessage: Message(&ContactMessage),
        13 stickerMessage: Message(&StickerMessage),
        14 remoteDeletedMessage: Message(&Empty),
        15 updateMessage: Message(&Update),
        16 paymentNotification: Message(&Payment),
        17 giftBadge: Message(&Gift),
        18 viewOnceMessage: Message(&ViewOnce),
        19 directStoryReplyMessage: Message(&StoryReply),
        20 poll: Message(&Poll),
        21 pinDetails: Unread,
        22 adminDeletedMessage: Message(&AdminDeleted),
    }
    Incoming { 1 dateReceived: Int, 2 dateServerSent: Int, 3 read: Unread, 4 sealedSender: Unread, }
    Outgoing { 1 sendStatus: Message(&SendStatus), 2 dateReceived: Int, }
    SendStatus {
        1 recipientId: Int,
        2 timestamp: Int,
        3 pending: Message(&Status),
        4 sent: Message(&Status),
        5 delivered: Message(&Status),
        6 read: Message(&Status),
        7 viewed: Message(&Status),
        8 skipped: Message(&Status),
        9 failed: Message(&Status),
    }
    Status {
        1 sealedSender: Unread,
        1 reason: Unread,
    }
    Words { 1 body: Text, 2 bodyRanges: Message(&Range), }
    Range { 1 start: Int, 2 length: Int, 3 mentionAci: Bytes, 4 style: Unread, }
    Standard {
        1 quote: Message(&Quote),
        2 text: Message(&Words),
        3 attachments: Message(&Attached),
        4 linkPreview: Message(&Preview),
        5 longText: Message(&Pointer),
        6 reactions: Message(&Reaction),
    }
    Quote { 1 targetSentTimestamp: Int, 2 authorId: Int, 3 text: Message(&Words), 4 attachments: Unread, 5 type: Unread, }
    Attached { 1 pointer: Message(&Pointer), 2 flag: Unread, 3 wasDownloaded: Unread, 4 clientUuid: Unread, }
    Pointer {
        1 backupLocator: Secret,
        2 attachmentLocator: Secret,
        3 invalidAttachmentLocator: Unread,
        4 contentType: Text,
        5 incrementalMac: Unread,
        6 incrementalMacChunkSize: Unread,
        7 fileName: Text,
        8 width: Unread,
        9 height: Unread,
        10 caption: Text,
        11 blurHash: Unread,
        12 localLocator: Secret,
        13 locatorInfo: Message(&Locator),
    }
    // the local key opens the file and goes no further than that
    Locator {
        1 key: Secret,
        2 legacyDigest: Unread,
        3 size: Int,
        4 transitCdnKey: Secret,
        5 transitCdnNumber: Unread,
        6 transitTierUploadTimestamp: Unread,
        7 mediaTierCdnNumber: Unread,
        8 legacyMediaName: Unread,
        9 localKey: Bytes,
        10 plaintextHash: Bytes,
        11 encryptedDigest: Unread,
    }
    Preview { 1 url: Text, 2 title: Text, 3 image: Message(&Pointer), 4 description: Text, 5 date: Unread, }
    Reaction { 1 emoji: Text, 2 authorId: Int, 3 sentTimestamp: Int, 4 sortOrder: Int, }
    ContactMessage { 1 contact: Message(&SharedContact), 2 reactions: Message(&Reaction), }
    SharedContact {
        1 name: Message(&SharedName),
        3 number: Message(&SharedValue),
        4 email: Message(&SharedValue),
        5 address: Message(&SharedAddress),
        6 avatar: Message(&Pointer),
        7 organization: Text,
    }
    SharedName { 1 givenName: Text, 2 familyName: Text, 3 prefix: Text, 4 suffix: Text, 5 middleName: Text, 6 nickname: Text, }
    SharedValue { 1 value: Text, 2 type: Unread, 3 label: Text, }
    SharedAddress { 1 type: Unread, 2 label: Text, 3 street: Text, 4 pobox: Text, 5 neighborhood: Text, 6 city: Text, 7 region: Text, 8 postcode: Text, 9 country: Text, }
    StickerMessage { 1 sticker: Message(&Sticker), 2 reactions: Message(&Reaction), }
    Sticker { 1 packId: Bytes, 2 packKey: Secret, 3 stickerId: Int, 4 emoji: Text, 5 data: Message(&Pointer), }
    Payment { 1 amountMob: Text, 2 feeMob: Unread, 3 note: Text, 4 transactionDetails: Secret, }
    Gift { 1 receiptCredentialPresentation: Secret, 2 state: Unread, }
    ViewOnce { 1 attachment: Message(&Attached), 2 reactions: Message(&Reaction), }
    StoryReply { 1 textReply: Message(&TextReply), 2 emoji: Text, 3 reactions: Message(&Reaction), 4 storySentTimestamp: Unread, }
    TextReply { 1 text: Message(&Words), 2 longText: Message(&Pointer), }
    Poll { 1 question: Text, 2 allowMultiple: Unread, 3 options: Message(&PollOption), 4 hasEnded: Unread, 5 reactions: Message(&Reaction), }
    PollOption { 1 option: Text, 2 votes: Message(&Vote), }
    Vote { 1 voterId: Int, 2 voteCount: Unread, }
    AdminDeleted { 1 adminId: Int, }
    Update {
        1 simpleUpdate: Message(&Simple),
        2 groupChange: Message(&GroupChange),
        3 expirationTimerChange: Message(&Timer),
        4 profileChange: Message(&Profile),
        5 threadMerge: Message(&Number),
        6 sessionSwitchover: Message(&Number),
        7 individualCall: Message(&Call),
        8 groupCall: Message(&GroupCall),
        9 learnedProfileChange: Message(&Learned),
        10 pollTerminate: Message(&PollEnd),
        11 pinMessage: Message(&Pin),
    }
    Simple { 1 type: Enum(SIMPLE), }
    Timer { 1 expiresInMs: Int, }
    Profile { 1 previousName: Text, 2 newName: Text, }
    Number { 1 e164: Int, 1 previousE164: Int, }
    Call { 1 callId: Unread, 2 type: Enum(CALL_TYPE), 3 direction: Enum(CALL_DIRECTION), 4 state: Enum(CALL_STATE), 5 startedCallTimestamp: Int, 6 read: Unread, }
    GroupCall { 1 callId: Unread, 2 state: Enum(GROUP_CALL), 3 ringerRecipientId: Unread, 4 startedCallRecipientId: Int, 5 startedCallTimestamp: Unread, 6 endedCallTimestamp: Unread, 7 read: Unread, }
    Learned { 1 e164: Int, 2 username: Text, }
    PollEnd { 1 targetSentTimestamp: Int, 2 question: Text, }
    Pin { 1 targetSentTimestamp: Int, 2 authorId: Int, }
    GroupChange { 1 updates: Message(&GroupUpdate), }
    GroupUpdate {
        1 genericGroupUpdate: Message(&OneChange),
        2 groupCreationUpdate: Message(&OneChange),
        3 groupNameUpdate: Message(&NamedChange),
        4 groupAvatarUpdate: Message(&OneChange),
        5 groupDescriptionUpdate: Message(&NamedChange),
        6 groupMembershipAccessLevelChangeUpdate: Message(&OneChange),
        7 groupAttributesAccessLevelChangeUpdate: Message(&OneChange),
        8 groupAnnouncementOnlyChangeUpdate: Message(&OneChange),
        9 groupAdminStatusUpdate: Message(&TwoChange),
        10 groupMemberLeftUpdate: Message(&OneChange),
        11 groupMemberRemovedUpdate: Message(&TwoChange),
        12 selfInvitedToGroupUpdate: Message(&OneChange),
        13 selfInvitedOtherUserToGroupUpdate: Message(&OneChange),
        14 groupUnknownInviteeUpdate: Message(&OneChange),
        15 groupInvitationAcceptedUpdate: Message(&TwoChange),
        16 groupInvitationDeclinedUpdate: Message(&TwoChange),
        17 groupMemberJoinedUpdate: Message(&OneChange),
        18 groupMemberAddedUpdate: Message(&TwoChange),
        19 groupSelfInvitationRevokedUpdate: Message(&OneChange),
        20 groupInvitationRevokedUpdate: Message(&OneChange),
        21 groupJoinRequestUpdate: Message(&OneChange),
        22 groupJoinRequestApprovalUpdate: Message(&OneChange),
        23 groupJoinRequestCanceledUpdate: Message(&OneChange),
        24 groupInviteLinkResetUpdate: Message(&OneChange),
        25 groupInviteLinkEnabledUpdate: Message(&OneChange),
        26 groupInviteLinkAdminApprovalUpdate: Message(&OneChange),
        27 groupInviteLinkDisabledUpdate: Message(&OneChange),
        28 groupMemberJoinedByLinkUpdate: Message(&OneChange),
        29 groupV2MigrationUpdate: Message(&Nothing),
        30 groupV2MigrationSelfInvitedUpdate: Message(&Nothing),
        31 groupV2MigrationInvitedMembersUpdate: Message(&Counted),
        32 groupV2MigrationDroppedMembersUpdate: Message(&Counted),
        33 groupSequenceOfRequestsAndCancelsUpdate: Message(&OneChange),
        34 groupExpirationTimerUpdate: Message(&TimerChange),
        35 groupMemberLabelAccessLevelChangeUpdate: Message(&OneChange),
        36 groupTerminateChangeUpdate: Message(&OneChange),
    }
    Nothing { 1 unused: Unread, }
    Counted { 1 count: Unread, }
    TimerChange { 1 expiresInMs: Int, 2 updaterAci: Bytes, }
}

/// Changes with one service id in field 1, under the names that JSON has for it.
#[allow(non_upper_case_globals, reason = "named as the messages above")]
pub(crate) static OneChange: Schema = Schema {
    name: "OneChange",
    fields: &[
        (1, "updaterAci", Bytes),
        (1, "aci", Bytes),
        (1, "inviterAci", Bytes),
        (1, "inviteeServiceId", Bytes),
        (1, "newMemberAci", Bytes),
        (1, "revokerAci", Bytes),
        (1, "requestorAci", Bytes),
        (2, "accessLevel", Unread),
        (2, "wasRemoved", Unread),
        (2, "isAnnouncementOnly", Unread),
        (2, "inviteeCount", Unread),
        (2, "invitees", Unread),
        (2, "count", Unread),
        (2, "linkRequiresAdminApproval", Unread),
        (3, "wasApproved", Int),
    ],
};

/// Changes with two service ids.
#[allow(non_upper_case_globals, reason = "named as the messages above")]
pub(crate) static TwoChange: Schema = Schema {
    name: "TwoChange",
    fields: &[
        (1, "updaterAci", Bytes),
        (1, "removerAci", Bytes),
        (1, "inviterAci", Bytes),
        (2, "memberAci", Bytes),
        (2, "removedAci", Bytes),
        (2, "newMemberAci", Bytes),
        (2, "inviteeAci", Bytes),
        (3, "wasAdminStatusGranted", Unread),
        (3, "hadOpenInvitation", Unread),
        (4, "inviterAci", Unread),
    ],
};

/// Changes that carry a text.
#[allow(non_upper_case_globals, reason = "named as the messages above")]
pub(crate) static NamedChange: Schema = Schema {
    name: "NamedChange",
    fields: &[(1, "updaterAci", Bytes), (2, "newGroupName", Text), (2, "newDescription", Text)],
};

/// `SimpleChatUpdate.Type`.
pub(crate) const SIMPLE: &[(&str, u64)] = &[
    ("UNKNOWN", 0),
    ("JOINED_SIGNAL", 1),
    ("IDENTITY_UPDATE", 2),
    ("IDENTITY_VERIFIED", 3),
    ("IDENTITY_DEFAULT", 4),
    ("CHANGE_NUMBER", 5),
    ("RELEASE_CHANNEL_DONATION_REQUEST", 6),
    ("END_SESSION", 7),
    ("CHAT_SESSION_REFRESH", 8),
    ("BAD_DECRYPT", 9),
    ("PAYMENTS_ACTIVATED", 10),
    ("PAYMENT_ACTIVATION_REQUEST", 11),
    ("UNSUPPORTED_PROTOCOL_MESSAGE", 12),
    ("REPORTED_SPAM", 13),
    ("BLOCKED", 14),
    ("UNBLOCKED", 15),
    ("MESSAGE_REQUEST_ACCEPTED", 16),
];
const CALL_TYPE: &[(&str, u64)] = &[("UNKNOWN_TYPE", 0), ("AUDIO_CALL", 1), ("VIDEO_CALL", 2)];
const CALL_DIRECTION: &[(&str, u64)] = &[("UNKNOWN_DIRECTION", 0), ("INCOMING", 1), ("OUTGOING", 2)];
const CALL_STATE: &[(&str, u64)] = &[
    ("UNKNOWN_STATE", 0),
    ("ACCEPTED", 1),
    ("NOT_ACCEPTED", 2),
    ("MISSED", 3),
    ("MISSED_NOTIFICATION_PROFILE", 4),
];
const GROUP_CALL: &[(&str, u64)] = &[
    ("UNKNOWN_STATE", 0),
    ("GENERIC", 1),
    ("JOINED", 2),
    ("RINGING", 3),
    ("ACCEPTED", 4),
    ("DECLINED", 5),
    ("MISSED", 6),
    ("MISSED_NOTIFICATION_PROFILE", 7),
    ("OUTGOING_RING", 8),
];
