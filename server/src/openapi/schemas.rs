//! The public documents. Source: `spec/documents.md`, in its own notation.

/// Names and what they stand for.
pub const SCHEMAS: &[(&str, &str)] = &[
    // --- Identifiers -------------------------------------------------------------------------------------------
    ("ScoreID", "string(/^[RT][0-9a-f]{64}$/)"),
    ("SessionID", "string(/^Q[0-9a-f]{40}$/)"),
    ("ImportID", "string(/^[0-9a-f]{40}$/)"),
    ("OrphanID", "string(/^O[0-9a-f]{64}$/)"),
    ("GoalID", "string(/^G[0-9a-f]{64}$/)"),
    // --- Imports -----------------------------------------------------------------------------------------------
    (
        "Import",
        "{importType: string, idStrings: string[], scoreIDs: ScoreID[], errors: ImportError[], importID: ImportID, \
         timeFinished: ms, timeStarted: ms, createdSessions: {sessionID: SessionID, type: \"Created\"|\"Appended\"}[], \
         userID: int, classDeltas: ClassDelta[], goalInfo: GoalImportInfo[], milestoneInfo: MilestoneImportInfo[], \
         userIntent: bool}",
    ),
    (
        "ImportError",
        "{type: \"SongOrChartNotFound\"|\"OrphanExists\"|\"InvalidDatapoint\"|\"InternalError\"|\"AmbiguousTitle\", \
         message: string, orphanID?: OrphanID}",
    ),
    ("ClassDelta", "{game: string, set: string, playtype: string, old: string?, new: string}"),
    ("GoalImportInfo", "{goalID: GoalID, old: GoalState, new: GoalState}"),
    ("GoalState", "{progress: num?, progressHuman: string, outOf: num, outOfHuman: string, achieved: bool}"),
    ("MilestoneImportInfo", "{milestoneID: string, old: MilestoneState, new: MilestoneState}"),
    ("MilestoneState", "{progress: int, achieved: bool}"),
    (
        "ImportTracker",
        "{type: \"ONGOING\"|\"FAILED\", importID: ImportID, importType: string, userID: int, userIntent: bool, \
         timeStarted: ms, error?: {message: string, statusCode?: int}}",
    ),
    (
        "ImportRow",
        "{row: int(0..), place: string, status: RowStatus, title: string?, difficulty: string?, type: string?, \
         message: string?, scoreID: ScoreID?, orphanID: OrphanID?, \
         candidates: {songID: int, title: string, artist: string}[]}",
    ),
    ("RowStatus", "\"new\"|\"known\"|\"enriched\"|\"skipped\"|\"orphan\"|\"invalid\"|\"ambiguous\"|\"internal\""),
    ("ImportStarted", "{url: string, importID: ImportID}"),
    (
        "ImportProgress",
        "{importStatus: \"completed\"|\"ongoing\", import?: Import, progress?: {description: string, *: any}}",
    ),
    (
        "Orphan",
        "{orphanID: OrphanID, rowID: int, importType: string, gameGroup: string, timeInserted: ms, message: string?, \
         summary: string?, data?: any, context?: any}",
    ),
    // --- Users -------------------------------------------------------------------------------------------------
    (
        "User",
        "{id: int(1..), username: string, usernameLowercase: string, about: string, status: string?, \
         socialMedia: {*: string?}, joinDate: ms, lastSeen: ms, customPfpLocation: string?, \
         customBannerLocation: string?, badges: string[], authLevel: int(0..3), clan: string?, isSupporter: bool, __isRival?: bool}",
    ),
    (
        "UserSettings",
        "{userID: int, following: int[], preferences: {invisible: bool, developerMode: bool, contentiousContent: bool, \
         advancedMode: bool, deletableScores: bool}}",
    ),
    ("APIToken", "{token: string, userID: int, identifier: string, permissions: {*: bool}, fromAPIClient: string?}"),
    (
        "APIClient",
        "{clientID: string, name: string, author: int, requestedPermissions: string[], redirectUri: string?, \
         webhookUri: string?, apiKeyTemplate: string?, apiKeyFilename: string?}",
    ),
    (
        "OwnAPIClient",
        "{clientID: string, clientSecret: string, name: string, author: int, requestedPermissions: string[], \
         redirectUri: string?, webhookUri: string?, apiKeyTemplate: string?, apiKeyFilename: string?}",
    ),
    // --- Songs and charts --------------------------------------------------------------------------------------
    ("Song", "{id: int, title: string, artist: string, searchTerms: string[], altTitles: string[], data: object}"),
    (
        "Chart",
        "{chartID: string, songID: int, difficulty: string, level: string, levelNum: num, isPrimary: bool, \
         playtype: string, versions: string[], data: object, __playcount?: int}",
    ),
    (
        "Folder",
        "{folderID: string, title: string, game: string, playtype: string, inactive: bool, searchTerms: string[], \
         type: \"charts\"|\"songs\"|\"static\", data: any}",
    ),
    (
        "Table",
        "{tableID: string, game: string, playtype: string, title: string, description: string, folders: string[], \
         inactive: bool, default: bool}",
    ),
    (
        "GameConfig",
        "{game: string, name: string, edition: string, playtypes: string[], idStrings: string[], v3Games: string[], \
         songData: object[]}",
    ),
    ("GPTConfig", "{game: string, playtype: string, *: any}"),
    // --- Scores ------------------------------------------------------------------------------------------------
    (
        "Score",
        "{scoreID: ScoreID, userID: int, chartID: string, songID: int, game: string, playtype: string, \
         service: string, importType: string?, timeAchieved: ms?, timeAdded: ms, isPrimary: bool, highlight: bool, \
         comment: string?, scoreData: ScoreData, scoreMeta: object, calculatedData: Ratings}",
    ),
    ("ScoreData", "{judgements: {*: int?}, enumIndexes: {*: int}, optional: {enumIndexes: {*: int}, *: any}, *: any}"),
    ("Ratings", "{*: num?}"),
    (
        "PB",
        "{userID: int, chartID: string, songID: int, game: string, playtype: string, highlight: bool, \
         isPrimary: bool, timeAchieved: ms?, scoreData: ScoreData, calculatedData: Ratings, \
         composedFrom: {name: string, scoreID: ScoreID}[], \
         rankingData: {rank: int, outOf: int, rivalRank: int?}, __playcount?: int}",
    ),
    (
        "Session",
        "{sessionID: SessionID, name: string, game: string, playtype: string, userID: int, desc: string?, \
         scoreIDs: ScoreID[], timeInserted: ms, timeStarted: ms, timeEnded: ms, calculatedData: Ratings, \
         highlight: bool, __textScore?: num}",
    ),
    ("SessionScoreInfo", "{scoreID: ScoreID, isNewScore: bool, deltas?: object}"),
    ("FolderRaises", "{folder: Folder, totalCharts: int(1..), raises: FolderRaise[]}"),
    (
        "FolderRaise",
        "{metric: string, value: string, previousCount: int(0..), count: int(1..), raisedCharts: string[]}",
    ),
    (
        "SessionOfCalendar",
        "{sessionID: SessionID, name: string, desc: string?, highlight: bool, timeStarted: ms, timeEnded: ms, \
         game: string, playtype: string}",
    ),
    (
        "GameStats",
        "{userID: int, game: string, playtype: string, ratings: Ratings, classes: {*: string}, \
         __rankingData?: Rankings, rank?: int(1..)}",
    ),
    (
        "ProfileSettings",
        "{userID: int, game: string, playtype: string, preferences: {preferredScoreAlg: string?, \
         preferredSessionAlg: string?, preferredProfileAlg: string?, stats: ProfileStat[], defaultTable: string?, \
         preferredRanking: \"global\"|\"rival\"?, preferredDefaultEnum: string?, gameSpecific: object}, rivals: int[]}",
    ),
    ("ProfileStat", "{mode: \"chart\"|\"folder\", property: string, chartID?: string, folderID?: any, gte?: num}"),
    ("Snapshot", "{ratings: Ratings, classes: {*: string}, rankings: Rankings, playcount: int, timestamp: ms}"),
    ("Rankings", "{*: Ranking}"),
    ("Ranking", "{ranking: int?, outOf: int}"),
    // --- Goals and milestones ----------------------------------------------------------------------------------
    (
        "Goal",
        "{goalID: GoalID, game: string, playtype: string, name: string, charts: GoalCharts, criteria: GoalCriteria}",
    ),
    ("GoalCharts", "{type: \"single\"|\"multi\"|\"folder\", data: any}"),
    ("GoalCriteria", "{mode: \"single\"|\"absolute\"|\"proportion\", key: string, value: num, countNum?: num}"),
    (
        "GoalSubscription",
        "{goalID: GoalID, userID: int, game: string, playtype: string, achieved: bool, timeAchieved: ms?, \
         lastInteraction: ms?, progress: num?, progressHuman: string, outOf: num, outOfHuman: string, \
         wasInstantlyAchieved: bool, wasAssignedStandalone: bool}",
    ),
    (
        "Quest",
        "{questID: string, game: string, playtype: string, name: string, desc: string, questData: QuestSection[]}",
    ),
    ("QuestSection", "{title: string, desc: string?, goals: {goalID: GoalID, note?: string}[]}"),
    (
        "QuestSubscription",
        "{questID: string, userID: int, game: string, playtype: string, progress: int, achieved: bool, \
         timeAchieved: ms?, lastInteraction: ms?, wasInstantlyAchieved: bool}",
    ),
    (
        "Milestone",
        "{milestoneID: string, game: string, playtype: string, name: string, desc: string, \
         milestoneData: QuestSection[], criteria: {type: \"all\"}}",
    ),
    (
        "MilestoneSubscription",
        "{milestoneID: string, userID: int, game: string, playtype: string, progress: int, achieved: bool, \
         timeAchieved: ms?, lastInteraction: ms?, wasInstantlyAchieved: bool}",
    ),
    // --- Integrations ------------------------------------------------------------------------------------------
    ("ArcProfile", "{userID: int, accountID: string, forImportType: string}"),
    ("CGCard", "{userID: int, service: string, cardID: string, pin: string}"),
    ("MytCard", "{userID: int, cardAccessCode: string}"),
    ("FervidexSettings", "{userID: int, cards: string[]?, forceStaticImport: bool}"),
    ("KsHookSettings", "{userID: int, forceStaticImport: bool}"),
    // --- Requests ----------------------------------------------------------------------------------------------
    (
        "ChartWanted",
        "{matchType: string, identifier: string, difficulty?: string?, version?: string?, artist?: string?}",
    ),
    // --- Game clients ------------------------------------------------------------------------------------------
    (
        "BatchManual",
        "{meta: {game: string, playtype?: string, service: string(3..60), version?: string?}, \
         scores: BatchManualScore[], classes?: {*: string?}?}",
    ),
    (
        "BatchManualScore",
        "{matchType: \"songTitle\"|\"tachiSongID\"|\"bmsChartHash\"|\"gcmInGameIDSpecialChart\"|\"itgChartHash\"|\
         \"sdvxInGameID\"|\"inGameID\"|\"inGameStrID\"|\"uscChartHash\"|\"popnChartHash\"|\"ddrSongHash\", \
         identifier: string, difficulty?: string?, artist?: string?, comment?: string(3..240)?, timeAchieved?: num?, \
         judgements?: {*: int(0..)?}?, optional?: object?, hitMeta?: object?, scoreMeta?: object?, *: any}",
    ),
    (
        "BeatorajaPB",
        "{sha256: string, player: string, playcount: int, clear: int(0..8), date: ms, deviceType: null, random: null, \
         passnotes: int, notes: int, maxcombo: num, gauge: num, minbp: num, epg: int, lpg: int, egr: int, lgr: int, \
         egd: int, lgd: int, ebd: int, lbd: int, epr: int, lpr: int, ems: int, lms: int}",
    ),
    ("ClassEarned", "{set: string, value: string}"),
    ("UscAnswer", "{statusCode: int, description: string, body?: any}"),
    (
        "UscScore",
        "{score: int, lamp: int(0..5), timestamp: int, crit: int, near: int, error: int, ranking: int, \
         noteMod: string, gaugeMod: string, username: string}",
    ),
    (
        "UscStanding",
        "{score: UscScore, serverRecord: UscScore, isServerRecord: bool, isPB: bool, sendReplay: ScoreID, \
         adjacentAbove: UscScore[], adjacentBelow: UscScore[]}",
    ),
    ("Nothing", "{}"),
    // --- The envelope ------------------------------------------------------------------------------------------
    ("Failure", "{success: bool, description: string, error?: string, status?: int, message?: string}"),
];

/// What clients with a webhook are told: types of events, when they come, and their content.
/// Source: `spec/documents.md`, "Webhook events".
pub const EVENTS: &[(&str, &str, &str)] = &[
    (
        "class-update/v1",
        "A player's class went up",
        "{userID: int, game: string, playtype: string, set: string, old: string?, new: string}",
    ),
    (
        "goals-achieved/v1",
        "A player achieved goals on a playtype",
        "{userID: int, game: string, \
         goals: {goalID: GoalID, game: string, playtype: string, old: GoalState, new: GoalState}[]}",
    ),
    (
        "quest-achieved/v1",
        "A player achieved a quest",
        "{userID: int, game: string, playtype: string, questID: string, old: MilestoneState, new: MilestoneState}",
    ),
];

/// The parameters of paths: their types, what they are, and an example.
pub const PATH_PARAMETERS: &[(&str, &str, &str, &str)] = &[
    ("user", "string", "The user's number or name, or `me`", "1"),
    ("game", "string", "The game, such as `iidx`; or both game and playtype, such as `iidx-sp`", "iidx"),
    ("playtype", "string", "The playtype, such as `SP`", "SP"),
    ("song", "string", "The song's number", "1"),
    ("chart", "string", "The chart's identifier", "c2311194e3897ddb5745b1760d2c0141f933e683"),
    ("score", "string", "The score's identifier", "R0"),
    ("session", "string", "The session's identifier", "Q0"),
    ("import", "string", "The import's identifier", "0"),
    ("orphan", "string", "The orphan's identifier", "O0"),
    ("folder", "string", "The folder's identifier", "F0"),
    ("table", "string", "The table's identifier", "T0"),
    ("goal", "string", "The goal's identifier", "G0"),
    ("quest", "string", "The quest's identifier", "Q0"),
    ("token", "string", "The token, or its short form in lists", "0123456789abcdef"),
    ("client", "string", "The client's identifier", "CI0"),
    ("kai", "string", "`flo`, `eag` or `min`", "flo"),
    ("cg", "string", "`dev`, `nag` or `gan`", "dev"),
    ("sha256", "string", "The SHA256 of the chart's file", "0"),
    ("hash", "string", "The SHA1 of the chart's file", "0"),
];
