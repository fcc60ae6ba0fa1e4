// swift-tools-version: 6.2
import PackageDescription

// Libraries from outside, each named once. CONTRIBUTING.md says why each was chosen.
extension Target.Dependency {
    static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let collections = product(name: "OrderedCollections", package: "swift-collections")
    static let deque = product(name: "DequeModule", package: "swift-collections")
    static let heap = product(name: "HeapModule", package: "swift-collections")
    static let grdb = product(name: "GRDB", package: "GRDB.swift")
    static let grdbSQLite = product(name: "GRDBSQLite", package: "GRDB.swift")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let logging = product(name: "Logging", package: "swift-log")
    static let nioCore = product(name: "NIOCore", package: "swift-nio")
    static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let serviceLifecycleTesting = product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
    static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
    static let system = product(name: "SystemPackage", package: "swift-system")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
}

/// A compiled-in plugin: its code and its manifest live together in `plugins/<name>/`.
func plugin(_ name: String, target: String, dependencies: [Target.Dependency]) -> Target {
    .target(
        name: target, dependencies: ["Maintenance", "PluginKit"] + dependencies, path: "plugins/\(name)",
        resources: [.embedInCode("plugin.yaml")])
}

let databasePluginTests: [Target.Dependency] = [
    "ConfigurationFiles", "DatabasePluginTesting", "DurableFiles", "Maintenance", "PluginKit", "SQLiteFile",
    .grdbSQLite, .system,
]

let httpPluginTests: [Target.Dependency] = [
    "APIService", "DatabasePluginTesting", "DurableFiles", "HTTPTesting", "Maintenance", "PluginKit", .logging, .system,
]

/// The tests of a module, in `Tests/<module>Tests`.
func tests(
    of module: String, dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
    .testTarget(
        name: module + "Tests", dependencies: [.byName(name: module)] + dependencies, resources: resources)
}

let package = Package(
    name: "ronde",
    products: [
        .executable(name: "ronde", targets: ["ronde"]),
        .executable(name: "ronde-supervisor", targets: ["ronde-supervisor"]),
        .executable(name: "api-service", targets: ["api-service"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // Ground floor: the system's C libraries, and values that know nothing of anything else.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "Cron"),
        .target(name: "Patterns"),
        .target(name: "Maintenance", dependencies: ["Cron"]),

        // First floor: one importer for each C library and each heavy dependency.
        .target(name: "YAMLDocument", dependencies: ["CYAML"]),
        .target(name: "Digests", dependencies: ["CCrypto"]),
        .target(name: "DurableFiles", dependencies: ["CLinux", .system]),
        .target(name: "ProcFS", dependencies: ["DurableFiles", .system]),
        .target(name: "Globbing", dependencies: ["DurableFiles", .system]),
        .target(name: "FileUsers", dependencies: ["DurableFiles", .system]),
        .target(name: "Archiving", dependencies: ["CArchive", "Digests", "DurableFiles", .system]),
        .target(name: "Networking", dependencies: ["CCurl"]),
        .target(name: "Processes", dependencies: [.subprocess, .system]),
        .target(name: "Supervision", dependencies: ["CLinux", "DurableFiles", .system]),
        .target(name: "Encryption", dependencies: ["Digests", "DurableFiles", "Processes", .system]),
        .target(name: "SQLiteFile", dependencies: ["Digests", "DurableFiles", .grdbSQLite, .system]),

        // Second floor: what Ronde knows.
        .target(
            name: "ConfigurationFiles",
            dependencies: ["Cron", "Maintenance", "Patterns", "Supervision", "YAMLDocument", .system]),
        .target(name: "MonitoringChecks", dependencies: ["Maintenance"]),
        .target(
            name: "Beginning",
            dependencies: ["ConfigurationFiles", "DurableFiles", "SQLiteFile", "YAMLDocument", .system]),
        .target(name: "PluginKit", dependencies: ["Maintenance", .system]),
        .target(name: "HostTasks", dependencies: ["Maintenance", "PluginKit"]),
        .target(name: "Probing", dependencies: ["Maintenance", "Networking", "PluginKit"]),
        .target(name: "DatabaseTasks", dependencies: ["PluginKit", "SQLiteFile", .system]),
        .target(name: "Salvage", dependencies: ["DurableFiles", "SQLiteFile", .grdbSQLite, .system]),
        .target(
            name: "Exports",
            dependencies: ["Archiving", "Digests", "DurableFiles", "Maintenance", "SQLiteFile", .system]),
        .target(
            name: "Offsite", dependencies: ["Digests", "DurableFiles", "Maintenance", "Processes", .system]),
        .target(
            name: "Backups",
            dependencies: [
                "Archiving", "Digests", "DurableFiles", "Encryption", "Maintenance", "SQLiteFile", .system,
            ]),
        .target(name: "RunStore", dependencies: ["Maintenance", "DurableFiles", .grdb, .system]),
        .target(name: "Reports", dependencies: ["DurableFiles", "Maintenance", .system]),

        .target(name: "History", dependencies: ["DurableFiles", "Maintenance", "Reports", "RunStore", .system]),

        // Third floor: what Ronde does.
        .target(
            name: "ControlledServices",
            dependencies: ["DurableFiles", "Maintenance", "Networking", "Processes", .system]),
        .target(
            name: "Restoring",
            dependencies: [
                "Archiving", "Backups", "ControlledServices", "Digests", "DurableFiles", "Maintenance", "Processes",
                "SQLiteFile",
                .grdbSQLite, .system,
            ]),
        .target(
            name: "Runner",
            dependencies: [
                "Digests", "DurableFiles", "History", "Maintenance", "MonitoringChecks", "PluginKit", "Processes",
                "Reports", "RunStore", "Supervision", .system,
            ]),
        .target(
            name: "Conformance",
            dependencies: [
                "DurableFiles", "Maintenance", "MonitoringChecks", "PluginKit", "Processes", "Runner", "Supervision",
                .system,
            ]),
        .target(
            name: "PluginTemplates", dependencies: ["DurableFiles", .system],
            resources: [
                .embedInCode("Files/plugin.yaml.txt"), .embedInCode("Files/README.txt"),
                .embedInCode("Files/test.sh.txt"), .embedInCode("Files/run.py.txt"), .embedInCode("Files/run.sh.txt"),
                .embedInCode("Files/Package.swift.txt"), .embedInCode("Files/Plugin.swift.txt"),
            ]),
        .target(name: "Trends", dependencies: ["DurableFiles", .system]),
        .target(
            name: "Scheduler",
            dependencies: [
                "ConfigurationFiles", "Cron", "DurableFiles", "Maintenance", "Runner", "RunStore", .deque, .heap,
                .logging, .serviceLifecycle, .system,
            ]),

        .target(
            name: "Notifications",
            dependencies: [
                "Digests", "DurableFiles", "Maintenance", "Networking", "Processes", "Reports", "RunStore", .logging,
                .serviceLifecycle, .system,
            ]),
        .target(
            name: "Observability",
            dependencies: [
                "Digests", "DurableFiles", "Maintenance", "RunStore", .httpTypes, .hummingbird, .logging, .nioCore,
                .serviceLifecycle, .system,
            ]),

        // The plugins that come with Ronde.
        plugin(
            "analyze", target: "AnalyzePlugin",
            dependencies: ["DatabaseTasks", "DurableFiles", "SQLiteFile", .system]),
        plugin("approval", target: "ApprovalPlugin", dependencies: []),
        plugin(
            "backup", target: "BackupPlugin",
            dependencies: ["Archiving", "Backups", "Encryption", "SQLiteFile", .system]),
        plugin("command", target: "CommandPlugin", dependencies: ["DurableFiles", "Processes", .system]),
        plugin(
            "disk", target: "DiskPlugin",
            dependencies: ["CLinux", "DurableFiles", "HostTasks", "ProcFS", "Trends", .system]),
        plugin("backup-age", target: "BackupAgePlugin", dependencies: ["Backups", .system]),
        plugin(
            "cleanup", target: "CleanupPlugin",
            dependencies: ["Backups", "DurableFiles", "FileUsers", "Globbing", .system]),
        plugin(
            "drill", target: "DrillPlugin", dependencies: ["Backups", "Encryption", "SQLiteFile", .system]),
        plugin(
            "endpoints", target: "EndpointsPlugin", dependencies: ["DurableFiles", "Networking", "Probing", .system]),
        plugin(
            "export", target: "ExportPlugin",
            dependencies: ["Archiving", "Digests", "DurableFiles", "Exports", "SQLiteFile", .system]),
        plugin(
            "host", target: "HostPlugin",
            dependencies: ["CLinux", "DurableFiles", "HostTasks", "Networking", "ProcFS", .system]),
        plugin("integrity", target: "IntegrityPlugin", dependencies: ["SQLiteFile", .system]),
        plugin("manual", target: "ManualPlugin", dependencies: []),
        plugin("health", target: "HealthPlugin", dependencies: ["Probing"]),
        plugin("monitor", target: "MonitorPlugin", dependencies: ["DurableFiles", "Probing", .system]),
        plugin("offsite", target: "OffsitePlugin", dependencies: ["Backups", "Offsite", .system]),
        plugin(
            "process", target: "ProcessPlugin",
            dependencies: ["DurableFiles", "HostTasks", "Processes", "ProcFS", .system]),
        plugin(
            "logs", target: "LogsPlugin",
            dependencies: ["Archiving", "Digests", "DurableFiles", "FileUsers", "Globbing", "Patterns", .system]),
        plugin("permissions", target: "PermissionsPlugin", dependencies: ["DurableFiles", "Globbing", .system]),
        plugin("prune", target: "PrunePlugin", dependencies: ["Backups", .system]),
        plugin("service", target: "ServicePlugin", dependencies: ["ControlledServices"]),
        plugin("stats", target: "StatsPlugin", dependencies: ["Probing", "Trends", .system]),
        plugin(
            "vacuum", target: "VacuumPlugin",
            dependencies: ["DatabaseTasks", "DurableFiles", "SQLiteFile", .system]),

        // The hosted API service, which the runbook maintains.
        .target(
            name: "APIService",
            dependencies: [
                .grdb, .httpTypes, .hummingbird, .logging, .nioCore, .serviceLifecycle, .system, .unixSignals,
            ],
            resources: [
                .embedInCode("Page/index.html"), .embedInCode("Page/page.css"), .embedInCode("Page/page.js"),
            ]),

        // Executables: composition and commands only.
        .executableTarget(
            name: "ronde",
            dependencies: [
                "AnalyzePlugin", "ApprovalPlugin", "Archiving", "BackupAgePlugin", "BackupPlugin", "Backups",
                "Beginning", "CleanupPlugin", "CLinux", "CommandPlugin", "ConfigurationFiles", "Conformance",
                "ControlledServices", "Cron", "DiskPlugin", "DrillPlugin", "DurableFiles", "Encryption",
                "EndpointsPlugin", "ExportPlugin", "Exports", "HealthPlugin", "History", "HostPlugin",
                "IntegrityPlugin", "LogsPlugin", "Maintenance", "ManualPlugin", "MonitorPlugin", "Networking",
                "Notifications", "Observability", "Offsite", "OffsitePlugin", "PermissionsPlugin", "PluginKit",
                "PluginTemplates", "ProcessPlugin", "PrunePlugin", "Reports", "Restoring", "Runner", "RunStore",
                "Salvage", "Scheduler", "ServicePlugin", "SQLiteFile", "StatsPlugin",
                "Supervision", "VacuumPlugin", "YAMLDocument", .argumentParser, .logging, .serviceLifecycle, .system,
                .unixSignals,
            ]),
        .executableTarget(
            name: "ronde-supervisor", dependencies: ["Supervision"],
            // What has no dynamic linker to wait for begins three times as fast.
            linkerSettings: [.unsafeFlags(["-static-executable"], .when(configuration: .release))]),
        .executableTarget(
            name: "api-service",
            dependencies: ["APIService", .argumentParser, .logging, .system]),

        // Tests, floor by floor.
        tests(
            of: "Beginning",
            dependencies: [
                "ConfigurationFiles", "DurableFiles", "Maintenance", "SQLiteFile", "YAMLDocument", .grdbSQLite, .system,
            ]),
        tests(of: "Patterns"),
        tests(of: "Globbing", dependencies: ["DurableFiles", .system]),
        tests(of: "FileUsers", dependencies: ["DurableFiles", .system]),
        tests(of: "Cron", resources: [.copy("Corpus")]),
        tests(of: "Maintenance", dependencies: ["Cron"]),
        tests(of: "YAMLDocument", resources: [.copy("hostile.jsonl")]),
        tests(of: "Trends", dependencies: ["DurableFiles", .system]),
        tests(of: "Digests"),
        tests(of: "DurableFiles", dependencies: [.system]),
        tests(
            of: "Archiving", dependencies: ["Digests", "DurableFiles", .system], resources: [.copy("Corpus")]),
        tests(of: "Networking", resources: [.copy("Mail/sink.py")]),
        tests(of: "Processes", dependencies: [.system]),
        tests(of: "Supervision", dependencies: ["DurableFiles", "ronde", "ronde-supervisor", .system]),
        tests(
            of: "SQLiteFile", dependencies: ["Digests", "DurableFiles", .grdbSQLite, .system],
            resources: [.copy("Corpus")]),
        tests(
            of: "ConfigurationFiles", dependencies: ["Cron", "Maintenance", "YAMLDocument", .system],
            resources: [.copy("faulty.txt")]),
        tests(of: "Conformance", dependencies: ["DurableFiles", "Maintenance", "ronde", "ronde-supervisor", .system]),
        tests(of: "MonitoringChecks", dependencies: ["Maintenance"]),
        tests(of: "PluginKit", dependencies: ["Maintenance", .system]),
        tests(of: "RunStore", dependencies: ["DurableFiles", "Maintenance", .grdb, .system]),
        tests(
            of: "Notifications",
            dependencies: [
                "DurableFiles", "Maintenance", "Processes", "Reports", "RunStore", .logging, .serviceLifecycle, .system,
            ]),
        tests(
            of: "Observability",
            dependencies: [
                "Cron", "DurableFiles", "Maintenance", "RunStore", .grdb, .logging, .nioCore, .serviceLifecycle,
                .system,
            ]),
        tests(of: "History", dependencies: ["DurableFiles", "Maintenance", "Reports", "RunStore", .grdb, .system]),
        tests(of: "Reports", dependencies: ["DurableFiles", "Maintenance", .system], resources: [.copy("Golden")]),
        tests(
            of: "Backups",
            dependencies: [
                "Archiving", "Digests", "DurableFiles", "Maintenance", "SQLiteFile", .grdbSQLite, .system,
            ], resources: [.copy("Corpus")]),
        tests(
            of: "Salvage", dependencies: ["Digests", "DurableFiles", "SQLiteFile", .grdbSQLite, .system],
            resources: [.copy("Corpus")]),
        tests(
            of: "Exports",
            dependencies: [
                "Archiving", "Digests", "DurableFiles", "Maintenance", "SQLiteFile", .grdbSQLite, .system,
            ]),
        tests(of: "Encryption", dependencies: ["Digests", "DurableFiles", "Processes", .system]),
        tests(of: "Offsite", dependencies: ["Digests", "DurableFiles", "Processes", .system]),
        tests(
            of: "Restoring",
            dependencies: [
                "Backups", "ControlledServices", "Digests", "DurableFiles", "SQLiteFile", .grdbSQLite, .system,
            ]),
        tests(
            of: "BackupPlugin",
            dependencies: [
                "Backups", "ConfigurationFiles", "Digests", "DurableFiles", "Maintenance", "PluginKit", "SQLiteFile",
                .grdbSQLite, .system,
            ]),
        tests(
            of: "Runner",
            dependencies: [
                "DurableFiles", "Maintenance", "PluginKit", "Reports", "RunStore", "Supervision", "ronde",
                "ronde-supervisor", .system,
            ]),
        tests(
            of: "Scheduler",
            dependencies: [
                "ConfigurationFiles", "Cron", "DurableFiles", "Maintenance", "Runner", "RunStore", .deque, .heap,
                .logging,
                .serviceLifecycle, .serviceLifecycleTesting, .system,
            ]),
        .target(
            name: "DatabasePluginTesting",
            dependencies: [
                "ConfigurationFiles", "DurableFiles", "Maintenance", "PluginKit", "SQLiteFile", .grdbSQLite, .system,
            ], path: "Tests/DatabasePluginTesting"),
        .target(name: "HTTPTesting", dependencies: ["APIService", .logging, .system], path: "Tests/HTTPTesting"),
        tests(of: "Probing", dependencies: ["Maintenance"]),
        tests(of: "StatsPlugin", dependencies: httpPluginTests + ["Trends"]),
        tests(of: "EndpointsPlugin", dependencies: httpPluginTests),
        tests(of: "MonitorPlugin", dependencies: httpPluginTests),
        tests(of: "AnalyzePlugin", dependencies: databasePluginTests),
        tests(
            of: "CommandPlugin", dependencies: ["DatabasePluginTesting", "Maintenance", "PluginKit", .system]),
        tests(of: "ProcFS", dependencies: ["DurableFiles", .system]),
        tests(of: "HostTasks", dependencies: ["Maintenance", "PluginKit"]),
        tests(of: "DiskPlugin", dependencies: databasePluginTests + ["ProcFS", "Trends"]),
        tests(of: "HostPlugin", dependencies: databasePluginTests + ["ProcFS"]),
        tests(of: "ProcessPlugin", dependencies: databasePluginTests + ["ProcFS"]),
        tests(of: "BackupAgePlugin", dependencies: databasePluginTests + ["Backups"]),
        tests(of: "CleanupPlugin", dependencies: databasePluginTests),
        tests(of: "LogsPlugin", dependencies: databasePluginTests + ["Archiving"]),
        tests(of: "PermissionsPlugin", dependencies: databasePluginTests),
        tests(of: "DrillPlugin", dependencies: databasePluginTests + ["Backups"]),
        tests(of: "ExportPlugin", dependencies: databasePluginTests + ["Exports"]),
        tests(
            of: "ManualPlugin", dependencies: ["ApprovalPlugin", "DatabasePluginTesting", "Maintenance", "PluginKit"]),
        tests(of: "PrunePlugin", dependencies: databasePluginTests + ["Backups"]),
        tests(
            of: "ServicePlugin", dependencies: ["DatabasePluginTesting", "Maintenance", "PluginKit", .system]),
        tests(of: "IntegrityPlugin", dependencies: databasePluginTests),
        tests(of: "VacuumPlugin", dependencies: databasePluginTests),
        tests(
            of: "HealthPlugin",
            dependencies: [
                "ConfigurationFiles", "HTTPTesting", "Maintenance", "PluginKit", "YAMLDocument", .system,
            ]),
        tests(
            of: "APIService",
            dependencies: [
                "api-service", .grdb, .httpTypes, .hummingbird, .logging, .nioCore, .system,
            ]),
        // The built executables, as people use them.
        .testTarget(
            name: "EndToEndTests", dependencies: ["api-service", "ronde", "ronde-supervisor", .grdb],
            exclude: ["Services"]),
    ],
    swiftLanguageModes: [.v6]
)

// One rule for every target, tests too.
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
