package import ControlledServices
import Archiving
import Backups
import Digests
import DurableFiles
import Foundation
import Maintenance
import SQLiteFile
import SystemPackage

/// Finds out what a restore would do, and changes nothing.
package struct RestorePlanner: Sendable {
    /// What is to stay free when all is written, so that a full disk does not stop the service.
    private static let reserve = 16 << 20

    let target: RestoreTarget
    let service: any ControlledService
    let health: HealthCheck?
    let tools: RestoreTools

    /// Only takes notes; `health` is nil where nothing can be asked.
    package init(
        target: RestoreTarget, service: any ControlledService, health: HealthCheck?, tools: RestoreTools
    ) {
        self.target = target
        self.service = service
        self.health = health
        self.tools = tools
    }

    /// Makes the plan, for a person to confirm.
    ///
    /// A file that Ronde did not make is unpacked and checked for that, in the state folder; a set is taken at its
    /// manifest's word until it is restored.
    ///
    /// - Throws: ``RestoreError`` for what cannot be restored or where it cannot be restored to; `FileError`,
    ///   `ManifestError`, `ArchiveError`, `SQLiteFileError`, `ImportError`, or what decryption throws.
    @concurrent
    package func plan(_ source: RestoreSource) async throws -> RestorePlan {
        let look = try TargetLook.look(at: target)
        let facts = try await SourceLook(planner: self, look: look).look(at: source)
        let openers = look.stamp.main == nil ? [] : try tools.openers(look.path)
        var warnings = facts.warnings
        let isRunning: Bool?
        do {
            isRunning = try await service.isRunning()
        } catch {
            isRunning = nil
            warnings.append("cannot tell whether the service runs: \(error)")
        }
        let rooms = try room(for: facts, look)
        guard rooms.allSatisfy(\.isEnough) else { throw RestoreError.noRoom(rooms) }
        let isLoose = !openers.isEmpty || isRunning == true
        let looseID = try id(source, facts, look, stamp: nil)
        return RestorePlan(
            id: isLoose ? looseID : try id(source, facts, look, stamp: look.stamp),
            kind: source == .replaced ? .undo : .restore, service: target.service, database: target.database,
            source: facts.plan, target: look.plan, tables: changes(from: look.tables, to: facts.tables), room: rooms,
            control: control(isRunning),
            openers: openers, warnings: warnings, looseID: looseID)
    }

    private func control(_ isRunning: Bool?) -> RestorePlan.Control {
        // A service that a person starts is not asked: nobody knows when.
        let asked = service.canBeStopped ? health : nil
        return RestorePlan.Control(
            stop: service.stopWords, start: service.startWords, isRunning: isRunning,
            health: asked.map { RestorePlan.Health(url: $0.url, limitSeconds: $0.limit.inSeconds) })
    }

    private func id(
        _ source: RestoreSource, _ facts: SourceFacts, _ look: TargetLook, stamp: DatabaseStamp?
    ) throws -> String {
        let state = try stamp.map { try String(decoding: JSONEncoder.sorted.encode($0), as: UTF8.self) } ?? "in use"
        let parts = [
            source == .replaced ? "undo" : "restore", facts.identity, look.path.string,
            look.stamp.main.map { "\($0.inode)" } ?? "none", state,
        ]
        return String(try SHA256Digest(of: Array(parts.joined(separator: "\n").utf8)).hex.prefix(12))
    }

    private func changes(from now: [TableContents]?, to after: [TableContents]?) -> [RestorePlan.TableChange] {
        let before = Dictionary((now ?? []).map { ($0.name, $0) }) { first, _ in first }
        let later = Dictionary((after ?? []).map { ($0.name, $0) }) { first, _ in first }
        return Set(before.keys).union(later.keys).sorted().map { name in
            RestorePlan.TableChange(
                table: name, rowsNow: before[name]?.rows, rowsAfter: later[name]?.rows,
                isChanged: now == nil || after == nil ? nil : before[name] != later[name])
        }
    }

    /// What each file system has to take, whether or not several things come to lie on one.
    private func room(for facts: SourceFacts, _ look: TargetLook) throws -> [RestorePlan.Room] {
        var needs: [(path: FilePath, purpose: String, bytes: Int)] = []
        let present = look.plan.bytes + look.plan.walBytes
        needs.append((Folder.parent(of: look.path), "the new database beside the old one", facts.stagedBytes))
        if let safety = tools.safetyBackup, look.plan.bytes > 0, look.plan.condition != .damaged {
            needs.append((safety.folder, "a safety backup of the present one", present))
            needs.append((safety.scratch, "an unpacked copy for that", present))
        }
        var rooms: [(device: UInt64, room: RestorePlan.Room)] = []
        for need in needs {
            let space = try DiskSpace.available(at: need.path)
            if let index = rooms.firstIndex(where: { $0.device == space.device }) {
                rooms[index].room.neededBytes += need.bytes
                rooms[index].room.purpose += ", " + need.purpose
            } else {
                rooms.append(
                    (
                        space.device,
                        RestorePlan.Room(
                            path: need.path.string, purpose: need.purpose, neededBytes: need.bytes + Self.reserve,
                            freeBytes: space.availableBytes)
                    ))
            }
        }
        return rooms.map(\.room)
    }
}

extension JSONEncoder {
    /// The same value always gives the same bytes.
    fileprivate static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return encoder
    }
}
