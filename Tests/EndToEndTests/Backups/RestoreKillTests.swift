import Foundation
import GRDB
import Glibc
import Testing

/// `kill -9` of a restore at any moment: the database is the old one or the new one, and the next command tidies up.
@Suite(.serialized, .timeLimit(.minutes(60)))
struct RestoreKillTests {
    /// An instance with two sets of different contents, one of which is live.
    private struct Scene {
        let instance: TestInstance
        var url: String?
        /// By the name of their set.
        var contents: [String: Contents] = [:]
        /// How long a restore takes that nothing disturbs.
        var usual = Duration.zero

        /// The set whose contents the database does not have now.
        func other(than live: Contents) -> String { contents.first { $0.value != live }?.key ?? "" }
    }

    private func scene(isControlled: Bool) async throws -> Scene {
        let instance = try await TestInstance(users: 3000)
        var scene = Scene(instance: instance)
        if isControlled { scene.url = try instance.configureControl() }
        for _ in 0..<2 {
            try instance.change()
            scene.contents[try await instance.backUp(tier: "manual")] = try instance.live
        }
        if let url = scene.url { try await instance.startControlled(url) }
        let start = ContinuousClock.now
        try await instance.demand("backups", "restore", scene.other(than: try instance.live), "--yes")
        scene.usual = ContinuousClock.now - start
        return scene
    }

    @Test("killed at a random moment, a restore leaves the old or the new database", arguments: ["restore", "undo"])
    func uncontrolled(verb: String) async throws {
        let scene = try await scene(isControlled: false)
        defer { scene.instance.end() }
        try await rounds(of: verb, in: scene)
    }

    @Test("killed at a random moment, a restore of a live service leaves a service that runs")
    func controlled() async throws {
        let scene = try await scene(isControlled: true)
        defer { scene.instance.end() }
        try await rounds(of: "restore", in: scene)
    }

    private func rounds(of verb: String, in scene: Scene) async throws {
        let instance = scene.instance
        for round in 0..<Rounds.kills {
            let source = scene.other(than: try instance.live)
            let words = ["backups", verb] + (verb == "restore" ? [source] : []) + ["--yes"]
            let restore = try instance.start(words)
            try await Task.sleep(for: scene.usual * Double.random(in: 0...1.1))
            restore.signal(SIGKILL)
            let killed = try await restore.wait()
            let moment = "round \(round), \(killed)"
            if scene.url == nil {
                let found = try instance.contentsOfCopy()
                #expect(scene.contents.values.contains(found), "\(found) in \(moment)")
            }
            try await settle(scene, source, bySecondUndo: round % 2 == 1, moment)
        }
        let wanted = scene.other(than: try instance.live)
        try await instance.demand("backups", "restore", wanted, "--yes")
        #expect(try instance.live == scene.contents[wanted])
        let left = instance.names(in: "api").filter { $0.hasPrefix(".") }
        #expect(left.filter { $0.hasSuffix(".old") }.count == 1 && left.count == 1, "\(left)")
        #expect(instance.names(in: "state/scratch").isEmpty)
    }

    /// Brings what was cut short to its end, and checks what must hold then.
    private func settle(_ scene: Scene, _ source: String, bySecondUndo: Bool, _ moment: String) async throws {
        let instance = scene.instance
        if bySecondUndo {
            try await instance.demand("backups", "undo", "--yes")
        } else {
            try await instance.demand("backups", "restore", source, "--plan")
        }
        let found = try instance.live
        #expect(scene.contents.values.contains(found), "\(found) in \(moment)")
        #expect(found.check == ["ok"])
        #expect(try instance.openRestores().isEmpty, "\(moment)")
        // Every set that is listed is read whole.
        let verified = try await instance.object("backups", "verify", "--json")
        let sets = (verified["sets"] as? [[String: Any]])?.compactMap { $0["set"] as? String } ?? []
        #expect(Set(sets).isSuperset(of: scene.contents.keys), "\(moment)")
        forgetSafetyCopies(of: scene)
        guard let url = scene.url else { return }
        try await until("the service answers again: \(moment)", atMost: .seconds(20)) {
            try await instance.answer(url + "/api/health") != nil
        }
    }

    /// Each restore makes one, and nothing prunes them; a long round would check thousands.
    private func forgetSafetyCopies(of scene: Scene) {
        for name in scene.instance.names(in: "backups/manual") where name.hasPrefix("test_") {
            if scene.contents.keys.contains(where: { name.hasPrefix($0 + ".") }) { continue }
            unlink("\(scene.instance.backups)/manual/\(name)")
        }
    }
}
