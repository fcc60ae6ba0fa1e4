import Backups
import DurableFiles
import Restoring
import SQLiteFile
import Salvage
import SystemPackage

/// With which status a command ends whose work failed (sysexits.h; 2 is critical, as for tasks).
enum FailureStatus {
    static func of(_ error: any Error) -> Int32 {
        switch error {
        case is CancellationError: 130
        case let error as BackupError: of(error)
        case let error as FileError: error.errno == .noSuchFileOrDirectory ? 66 : 74
        case let error as SQLiteFileError: of(error)
        case let error as RestoreError: of(error)
        case let error as SalvageError: error.kind == .missing ? 66 : 2
        default: 2
        }
    }

    private static func of(_ error: BackupError) -> Int32 {
        switch error {
        case .noSuchSet: 66
        case .keepsNothing: 64
        case .folderBusy, .planChanged: 75
        default: 2
        }
    }

    private static func of(_ error: RestoreError) -> Int32 {
        switch error {
        case .sourceMissing, .nothingToUndo: 66
        case .locked, .otherPlan: 75
        default: 2
        }
    }

    private static func of(_ error: SQLiteFileError) -> Int32 {
        switch error.kind {
        case .missing: 66
        case .cancelled: 130
        case .busy: 75
        default: 2
        }
    }
}
