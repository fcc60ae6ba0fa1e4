import DurableFiles
import Foundation
import Glibc
import Supervision
import SystemPackage

/// The empty folder that one attempt works in.
struct AttemptScratch {
    let path: FilePath

    /// Makes `folder`, or for another user one where that user may go, which is not below Ronde's state.
    init(_ folder: FilePath, for user: ProgramUser?) throws {
        guard let user else {
            try Folder.create(folder, isDurable: false)
            path = folder
            return
        }
        var template = Array(FilePath(NSTemporaryDirectory()).appending("ronde-scratch-XXXXXX").string.utf8CString)
        let isMade = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap(mkdtemp) != nil }
        let text = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard isMade else {
            throw FileError(operation: "create the folder", path: FilePath(text), errno: Errno(rawValue: errno))
        }
        path = FilePath(text)
        guard chown(text, user.user, user.group) == 0 else {
            throw FileError(operation: "give away", path: path, errno: Errno(rawValue: errno))
        }
    }

    func remove() {
        // What is left is swept with the run's folder, by this run or by the next one, or with all temporary files.
        try? Folder.removeTree(path)
    }
}
