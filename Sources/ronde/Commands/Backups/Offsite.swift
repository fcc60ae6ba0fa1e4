import ArgumentParser
import Backups
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Offsite
import OffsitePlugin
import Reports
import SystemPackage

extension Ronde.BackupsCommand {
    struct Offsite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "offsite", abstract: "Look at the copies elsewhere, and fetch one.",
            discussion: "To copy sets there, use the plugin 'offsite': ronde plugins run offsite --with place=NAME",
            subcommands: [List.self, Fetch.self])

        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "list",
                abstract: "List the sets at a place.", discussion: "Example: ronde backups offsite list nas")

            @Argument(help: "The name of the place in ronde.yaml.") var place: String
            @Flag(help: "Print JSON: {place, sets: [{name, data, manifest}]}.") var json = false
            @OptionGroup var options: SiteOptions

            func run() async throws {
                let site = try await options.site()
                let sets = try await StopOnSignals.run {
                    try await site.withScratch { try await site.offsite(place, scratch: $0).copy.setsThere() }
                }
                if json {
                    struct Shape: Encodable {
                        let place: String
                        let sets: [RemoteSet]
                    }
                    return try JSONOutput.print(Shape(place: place, sets: sets))
                }
                for set in sets { print(PrintableText.of(set.name)) }
                Terminal.say(
                    sets.isEmpty
                        ? "Nothing at \(place) is known here; a set that another host copied is fetched by its name."
                        : "\(sets.count) set\(sets.count == 1 ? "" : "s") at \(place)")
            }
        }

        struct Fetch: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "fetch", abstract: "Bring a set back, compared with its manifest.",
                discussion: "Example: ronde backups offsite fetch nas test_20251216_020000 --into fetched")

            @Argument(help: "The name of the place in ronde.yaml.") var place: String
            @Argument(help: "The set's name.") var set: String
            @Option(help: "A new folder for it.") var into: String
            @OptionGroup var options: SiteOptions

            func run() async throws {
                let site = try await options.site()
                let target = ConfigurationLocator.absolute(into, from: InstanceOptions.workingFolder)
                try await StopOnSignals.run {
                    try await site.withScratch { scratch in
                        let copy = try site.offsite(place, scratch: scratch).copy
                        do {
                            try await fetch(from: copy, into: target)
                        } catch let error as OffsiteError {
                            throw try await explained(error, copy)
                        }
                    }
                }
                Terminal.say("\(set) is in \(PrintableText.of(target.string)), as its manifest says.")
            }

            private func fetch(from copy: OffsiteCopy, into target: FilePath) async throws {
                try await copy.fetch(manifest: "\(set).json", into: target) { path in
                    try BackupManifest.read(path).files.map {
                        OffsiteRecord(name: $0.name, bytes: $0.bytes, sha256: $0.sha256)
                    }
                }
            }

            /// What a program says of a missing file does not tell that the set is not there.
            private func explained(_ error: OffsiteError, _ copy: OffsiteCopy) async throws -> any Error {
                switch error.cause {
                case .noFolder, .failed: break
                default: return error
                }
                let known = try await copy.setsThere().map(\.name)
                guard !known.contains(set) else { return error }
                let others = known.isEmpty ? "no set is known there" : "known are: \(known.joined(separator: ", "))"
                return CommandFailure.noInput("\(error); no set '\(set)' is known at \(place); \(others)")
            }
        }
    }
}

extension BackupSite {
    /// An off-site place by its name.
    ///
    /// - Throws: ``CommandFailure`` that lists what there is; `OffsiteError`.
    func offsite(_ name: String, scratch: FilePath) throws -> OffsitePlace {
        guard let target = settings.offsite.first(where: { $0.name == name }) else {
            let known = settings.offsite.map(\.name).joined(separator: ", ")
            throw CommandFailure.usage(
                known.isEmpty
                    ? "'\(service.name)' has no off-site place; name one below 'backups: offsite:' in ronde.yaml"
                    : "there is no off-site place '\(name)'; there are: \(known)")
        }
        return try OffsitePlace(
            target, of: identity, folder: folder(of: .daily), timeZone: timeZone, scratch: scratch)
    }
}
