import ConfigurationFiles
import DurableFiles
import Foundation
import SystemPackage
package import YAMLDocument

/// Reads the files of an instance before they are anybody's, with the very reader that `ronde validate` has.
package struct Trial: Sendable {
    private let compiledIn: [String: [UInt8]]

    /// - Parameter compiledIn: the manifests of the plugins that are part of this build, by plugin name.
    package init(compiledIn: [String: [UInt8]]) { self.compiledIn = compiledIn }

    /// The mistakes that the configuration would have.
    ///
    /// What lies in the instance's folder already, such as plugins, is no part of it.
    ///
    /// - Throws: `FileError` where there is no room for a scratch folder.
    package func mistakes(in files: StarterFiles) throws -> [YAMLMistake] {
        let folder = FilePath(FileManager.default.temporaryDirectory.path).appending("ronde-init-\(UUID().uuidString)")
        try Folder.create(folder.appending(StarterFiles.schedules.components))
        // What is left of it, should it fail, is a few small files that the system clears away.
        defer { try? FileManager.default.removeItem(atPath: folder.string) }
        for file in files.files {
            try DurableFile.write(
                Array(file.text.utf8), to: folder.appending(file.name.components), permissions: .ownerReadWrite)
        }
        let loader = ConfigurationLoader(compiledIn: compiledIn, workingFolder: folder)
        switch loader.load(folder.appending(StarterFiles.instance.components)) {
        case .instance: return []
        case .mistakes(let mistakes): return mistakes
        }
    }
}
