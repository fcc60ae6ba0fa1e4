import Foundation
import Glibc
import SystemPackage
import Testing
import YAMLDocument

@testable import ConfigurationFiles

/// A folder with an instance in it, removed when the test ends.
final class Scratch {
    let folder: FilePath

    init(_ files: [String: String] = [:]) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "ronde-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        // The real path, as the trust in programs asks who owns each real folder.
        folder = FilePath(url.resolvingSymlinksInPath().path)
        for (path, text) in files { try write(path, text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder.string) }  // a leftover folder fails no test

    /// The files of a valid instance, with those given in their place or beside them.
    static func instance(_ files: [String: String] = [:]) throws -> Scratch {
        let scratch = try Scratch(Samples.files.merging(files) { _, given in given })
        try scratch.setMode("plugins/disk/check.sh", 0o755)
        return scratch
    }

    func path(_ name: String) -> FilePath { folder.pushing(FilePath(name)) }

    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = path(name)
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file.string))
        var part = file
        // Whatever umask the tests run under, only the owner may write here.
        repeat {
            try #require(chmod(part.string, part == file ? 0o644 : 0o755) == 0)
            part.removeLastComponent()
        } while part.starts(with: folder)
    }

    func setMode(_ name: String, _ mode: mode_t) throws { try #require(chmod(path(name).string, mode) == 0) }

    var loader: ConfigurationLoader {
        ConfigurationLoader(compiledIn: Samples.compiledIn, workingFolder: folder, now: Samples.now)
    }

    func load() -> ConfigurationLoader.Result { loader.load(path("ronde.yaml")) }

    /// The instance, or a failed test that says why there is none.
    func loaded() throws -> Instance {
        switch load() {
        case .instance(let instance): return instance
        case .mistakes(let mistakes):
            Issue.record("\(mistakes.map(\.description).joined(separator: "\n"))")
            throw mistakes[0]
        }
    }

    /// The mistakes as people see them.
    func mistakes() -> [String] {
        switch load() {
        case .instance: []
        case .mistakes(let mistakes): mistakes.map(\.description)
        }
    }
}
