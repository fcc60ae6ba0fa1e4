import APIService
import ArgumentParser
import Foundation
import SystemPackage

extension StartFault {
    /// Says on standard error what is wrong, and gives the status to exit with.
    func reported() -> ExitCode {
        FileHandle.standardError.write(Data("api-service: \(self)\n".utf8))
        return ExitCode(exitStatus)
    }
}

/// `path`, from the folder the command was started in.
func absolutePath(_ path: String) throws -> FilePath {
    let given = FilePath(path)
    if given.isAbsolute { return given.lexicallyNormalized() }
    return FilePath(FileManager.default.currentDirectoryPath).appending(given.components).lexicallyNormalized()
}
