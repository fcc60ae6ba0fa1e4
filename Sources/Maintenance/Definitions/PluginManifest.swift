/// What a plugin says of itself in its `plugin.yaml`.
package struct PluginManifest: Hashable, Sendable {
    package var name: String
    package var summary: String
    /// In the order of the file.
    package var parameters: [PluginParameter]
    /// The facts of a service that the plugin cannot work without.
    package var requires: [ServiceFact]
    package var locks: [LockTarget: LockMode]
    /// The time limit of a task that names none.
    package var timeLimit: TimeSpan
    /// Whether the plugin can say what it would do without doing it.
    package var dryRun: Bool
    /// Whether each of its tasks has a folder of its own that stays from run to run.
    package var keepsState: Bool
    /// How nice a task is that does not say so, 0 to 19.
    package var nice: Int
    /// What its program may use, where it has one of its own.
    package var limits: ProgramLimits
    /// Where its code is.
    package var program: PluginProgram

    package init(
        name: String, summary: String, parameters: [PluginParameter] = [], requires: [ServiceFact] = [],
        locks: [LockTarget: LockMode] = [:], timeLimit: TimeSpan = TimeSpan(.seconds(300)), dryRun: Bool = false,
        keepsState: Bool = false, nice: Int = 0, limits: ProgramLimits = .none, program: PluginProgram
    ) {
        self.name = name
        self.summary = summary
        self.parameters = parameters
        self.requires = requires
        self.locks = locks
        self.timeLimit = timeLimit
        self.dryRun = dryRun
        self.keepsState = keepsState
        self.nice = nice
        self.limits = limits
        self.program = program
    }

    /// Whether its program is a check of the Monitoring Plugins.
    package var isCheck: Bool { if case .check = program { true } else { false } }
}

/// Where a plugin's code is.
package enum PluginProgram: Hashable, Sendable {
    /// Part of the `ronde` executable, started as `ronde plugin NAME`.
    case compiledIn
    /// A program that speaks Ronde's protocol: absolute path and arguments.
    case executable(path: String, arguments: [String])
    /// A check of the Monitoring Plugins, which gets its parameters as arguments: absolute path and arguments.
    case check(path: String, arguments: [CommandWord])
}

/// What a program understands and says, as `kind:` of a manifest names it.
package enum PluginKind: String, Hashable, Sendable, CaseIterable {
    /// A request and events, each a line of JSON; what a plugin speaks that names no kind.
    case events
    /// An exit status, a line of text and performance data, as the Monitoring Plugins guidelines have it.
    case nagios
}

/// A part of a service's description that a plugin may need.
package enum ServiceFact: String, Hashable, Sendable, CaseIterable {
    case url
    case database
    case backups
}

/// What a plugin locks while it works.
package enum LockTarget: String, Hashable, Sendable, CaseIterable {
    /// The database the task works on.
    case database
    /// The service as a whole.
    case service
}

/// How a lock is held.
package enum LockMode: String, Hashable, Sendable, CaseIterable {
    /// Together with other shared holders.
    case shared
    /// Alone.
    case exclusive
}

/// One parameter of a plugin: a subset of JSON Schema.
package struct PluginParameter: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case string
        case integer
        case number
        case boolean
        case array
        case object
        /// Text such as `90s`; see ``TimeSpan``.
        case duration
        /// Text such as `100MB`; see ``ByteSize``.
        case size
        /// Text such as `80%`; see ``Percentage``.
        case percentage
    }

    package var name: String
    package var kind: Kind
    package var summary: String
    package var isRequired: Bool
    /// Used where the task does not give the parameter.
    package var defaultValue: JSONValue?
    /// A value that it takes, for descriptions and for trying the plugin.
    package var example: JSONValue?
    /// The only values allowed, in the order of the manifest.
    package var choices: [String]?
    package var minimum: Double?
    package var maximum: Double?
    /// A regular expression that the whole text must match.
    package var pattern: String?
    /// What each element of an array is: an unnamed parameter in an array of its own, empty where anything goes.
    package var items: [PluginParameter]
    /// The members of an object; empty where any key goes.
    package var properties: [PluginParameter]

    package init(
        name: String, kind: Kind, summary: String = "", isRequired: Bool = false, defaultValue: JSONValue? = nil,
        example: JSONValue? = nil, choices: [String]? = nil, minimum: Double? = nil, maximum: Double? = nil,
        pattern: String? = nil,
        items: [PluginParameter] = [], properties: [PluginParameter] = []
    ) {
        self.name = name
        self.kind = kind
        self.summary = summary
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.example = example
        self.choices = choices
        self.minimum = minimum
        self.maximum = maximum
        self.pattern = pattern
        self.items = items
        self.properties = properties
    }
}
