/// A language that a plugin can be begun in.
package enum PluginLanguage: String, Hashable, Sendable, CaseIterable {
    case swift
    case python
    case sh

    /// The program as the manifest names it.
    func program(name: String) -> String {
        switch self {
        case .swift: "./.build/release/\(name)"
        case .python: "./run.py"
        case .sh: "./run.sh"
        }
    }

    /// The file to be changed first.
    var source: String {
        switch self {
        case .swift: "Sources/Plugin.swift"
        case .python: "run.py"
        case .sh: "run.sh"
        }
    }

    /// What must be done before the program is there; nil where it is there at once.
    package var buildCommand: String? { self == .swift ? "swift build -c release" : nil }

    /// The files of a plugin with their templates.
    var files: [(path: String, template: [UInt8], isProgram: Bool)] {
        let common = [
            ("plugin.yaml", PackageResources.plugin_yaml_txt, false), ("README.md", PackageResources.README_txt, false),
            ("test.sh", PackageResources.test_sh_txt, true),
        ]
        return switch self {
        case .swift:
            common + [
                ("Package.swift", PackageResources.Package_swift_txt, false),
                (source, PackageResources.Plugin_swift_txt, false), (".gitignore", Array(".build/\n".utf8), false),
            ]
        case .python: common + [(source, PackageResources.run_py_txt, true)]
        case .sh: common + [(source, PackageResources.run_sh_txt, true)]
        }
    }
}
