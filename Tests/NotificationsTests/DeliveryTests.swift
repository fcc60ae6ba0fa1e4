import Foundation
import Maintenance
import RunStore
import ServiceLifecycle
import Synchronization
import Testing

@testable import Notifications

/// A courier that does what a test says, and counts.
final class ScriptedCourier: Courier {
    private let script: @Sendable (QueuedDispatch) async -> DeliveryResult
    private let taken = Mutex<[QueuedDispatch]>([])
    private let known: Set<String>

    init(
        knowing targets: Set<String> = ["channel:ops", "channel:slow", "pings:watch"],
        _ script: @escaping @Sendable (QueuedDispatch) async -> DeliveryResult = { _ in .delivered(answer: "taken") }
    ) {
        known = targets
        self.script = script
    }

    var seen: [QueuedDispatch] { taken.withLock { $0 } }

    func delivery(
        of queued: QueuedDispatch, _ settings: NotificationSettings
    ) -> (@Sendable () async -> DeliveryResult)? {
        guard known.contains(queued.dispatch.target.key) else { return nil }
        return { [self] in
            taken.withLock { $0.append(queued) }
            return await script(queued)
        }
    }
}

@Suite("Delivery", .timeLimit(.minutes(2)))
struct DeliveryTests {
    private func service(
        _ scene: Scene, _ courier: ScriptedCourier, store: RunStore? = nil, notifier: Notifier? = nil
    ) -> DeliveryService {
        DeliveryService(
            notifier: notifier ?? scene.notifier, store: store ?? scene.store, couriers: courier, lock: scene.lock,
            clock: scene.clock, log: scene.log)
    }

    private func enqueue(
        _ scene: Scene, _ count: Int = 1, to target: Dispatch.Target = .channel("ops"), topic: String? = nil
    ) throws {
        for index in 0..<count {
            try scene.store.noticing(at: scene.clock.now) { step in
                let notice = Notice.test(host: "host1", at: step.now, in: paris)
                try step.enqueue(Dispatch(target: target, topic: topic ?? "run:\(index)", content: .notice(notice)))
            }
        }
    }

    @Test("a failing run reaches the courier, once, and its answer is kept")
    func delivered() async throws {
        let scene = try Scene()
        try scene.run(.critical)
        let courier = ScriptedCourier()
        await service(scene, courier).runOnce()
        await service(scene, courier).runOnce()
        #expect(courier.seen.count == 1)
        let queued = try #require(try scene.store.dispatches().first)
        #expect(queued.state == .delivered && queued.answer == "taken" && queued.attempts == 1)
    }

    @Test("what fails is tried again after ever longer waits, then given up and listed")
    func backoff() async throws {
        let scene = try Scene()
        try enqueue(scene)
        let courier = ScriptedCourier { _ in .failed(reason: "no route", isTemporary: true) }
        var waits: [Double] = []
        while let queued = try scene.store.dispatches(state: .waiting).first {
            let wait = queued.at.timeIntervalSince(scene.clock.now)
            if wait > 0 {
                waits.append(wait)
                scene.clock.advance(wait - 1)
                await service(scene, courier).runOnce()
                scene.clock.advance(1)
            }
            await service(scene, courier).runOnce()
        }
        #expect(waits.prefix(9) == [15, 30, 60, 120, 240, 480, 960, 1920, 3600])
        #expect(waits.reduce(0, +) >= 3 * 86_400 && waits.reduce(0, +) < 3 * 86_400 + 3600)
        #expect(courier.seen.count == waits.count + 1)
        let queued = try #require(try scene.store.dispatches().first)
        #expect(queued.state == .givenUp && queued.answer == "no route")
    }

    @Test("what is refused for good is tried again, but not soon")
    func permanent() async throws {
        let scene = try Scene()
        try enqueue(scene)
        await service(scene, ScriptedCourier { _ in .failed(reason: "no", isTemporary: false) }).runOnce()
        let queued = try #require(try scene.store.dispatches(state: .waiting).first)
        #expect(queued.at.timeIntervalSince(scene.clock.now) == 3600)
    }

    @Test("a message that some recipients have goes to the others only")
    func partly() async throws {
        let scene = try Scene()
        try enqueue(scene)
        let courier = ScriptedCourier { queued in
            queued.remaining == nil ? .partly(answer: "later", remaining: ["b@c"]) : .delivered(answer: "ok")
        }
        await service(scene, courier).runOnce()
        scene.clock.advance(15)
        await service(scene, courier).runOnce()
        #expect(courier.seen.map(\.remaining) == [nil, ["b@c"]])
        #expect(try scene.store.dispatches().map(\.state) == [.delivered])
    }

    @Test("a process that is killed while it delivers leaves the message, with its attempt counted")
    func killed() async throws {
        let scene = try Scene()
        try enqueue(scene)
        let queued = try #require(
            try scene.store.waitingDispatches(for: .channel("ops"), at: scene.clock.now).first)
        #expect(try scene.store.countAttempt(of: queued))
        let (store, notifier) = try scene.restarted()
        let courier = ScriptedCourier()
        await service(scene, courier, store: store, notifier: notifier).runOnce()
        #expect(courier.seen.map(\.attempts) == [1])
        #expect(try scene.store.dispatches().map(\.state) == [.delivered])
        #expect(try !store.countAttempt(of: queued))
    }

    @Test("a target that is configured no more is given up; others are served")
    func gone() async throws {
        let scene = try Scene()
        try enqueue(scene, to: .channel("gone"))
        try enqueue(scene)
        await service(scene, ScriptedCourier()).runOnce()
        let states = try scene.store.dispatches().map { [$0.dispatch.target.key, $0.state.rawValue] }
        #expect(states == [["channel:ops", "delivered"], ["channel:gone", "given_up"]])
    }

    @Test("a channel that hangs holds up no other, and is cut off at the end")
    func hanging() async throws {
        let scene = try Scene()
        try enqueue(scene, to: .channel("slow"))
        try enqueue(scene, 30)
        let courier = ScriptedCourier { queued in
            guard queued.dispatch.target == .channel("slow") else { return .delivered(answer: "ok") }
            // Cut short at the end.
            try? await Task.sleep(for: .seconds(3600))
            return .failed(reason: "cut off", isTemporary: true)
        }
        await service(scene, courier).runOnce(limit: .seconds(2))
        let states = try scene.store.dispatches(state: .delivered).count
        #expect(states == 20)
        #expect(try scene.store.dispatches(state: .waiting).count == 11)
    }

    @Test("the service wakes for what happens, serves what comes meanwhile, and sends the rest at shutdown")
    func running() async throws {
        let scene = try Scene()
        try enqueue(scene, 45)
        let courier = ScriptedCourier()
        let group = ServiceGroup(
            services: [service(scene, courier)], gracefulShutdownSignals: [], logger: scene.log)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            while try scene.store.dispatchCount(.delivered) < 45 { await Task.yield() }
            try scene.run(.critical)
            scene.notifier.ring()
            while try scene.store.dispatchCount(.delivered) < 46 { await Task.yield() }
            try scene.run(.ok)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(try scene.store.dispatchCount(.delivered) == 47)
        #expect(try scene.store.dispatchCount(.waiting) == 0)
    }

    @Test("of two processes one delivers, and the other as soon as that is gone")
    func turns() async throws {
        let scene = try Scene()
        let (store, notifier) = try scene.restarted()
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let slow = ScriptedCourier { _ in
            for await _ in gate { break }
            return .delivered(answer: "first")
        }
        try enqueue(scene)
        async let first: Void = service(scene, slow).runOnce()
        while slow.seen.isEmpty { await Task.yield() }
        let other = ScriptedCourier()
        await service(scene, other, store: store, notifier: notifier).runOnce()
        #expect(other.seen.isEmpty)
        open.finish()
        await first
        try enqueue(scene)
        await service(scene, other, store: store, notifier: notifier).runOnce()
        #expect(other.seen.count == 1)
    }

    @Test("a clock that was years ahead keeps no message for years")
    func clockSetBack() async throws {
        let scene = try Scene()
        scene.clock.advance(3 * 366 * 86_400)
        try enqueue(scene)
        await service(scene, ScriptedCourier { _ in .failed(reason: "x", isTemporary: true) }).runOnce()
        scene.clock.advance(-3 * 366 * 86_400)
        let courier = ScriptedCourier { _ in .failed(reason: "x", isTemporary: true) }
        await service(scene, courier).runOnce()
        await service(scene, courier).runOnce()
        #expect(courier.seen.count == 1)
        scene.clock.advance(60)
        await service(scene, courier).runOnce()
        #expect(courier.seen.count == 2)
    }

    @Test("pings of one checklist keep their order though the first fails")
    func pingOrder() async throws {
        let target = PingTarget(name: "watch", url: .plain("http://127.0.0.1:1"))
        let scene = try Scene(Scene.settings([], pings: [target]))
        try scene.run(.ok)
        let failing = ScriptedCourier { _ in .failed(reason: "x", isTemporary: true) }
        await service(scene, failing).runOnce()
        _ = try scene.begin()
        let courier = ScriptedCourier()
        await service(scene, courier).runOnce()
        #expect(courier.seen.isEmpty)
        scene.clock.advance(15)
        await service(scene, courier).runOnce()
        let signals = courier.seen.compactMap { queued in
            if case .ping(let ping) = queued.dispatch.content { ping.signal } else { nil }
        }
        #expect(signals == [.success, .start])
    }

    @Test("that a run began is no news after five minutes")
    func staleStart() async throws {
        let target = PingTarget(name: "watch", url: .plain("http://127.0.0.1:1"))
        let scene = try Scene(Scene.settings([], pings: [target]))
        _ = try scene.begin()
        let failing = ScriptedCourier { _ in .failed(reason: "x", isTemporary: true) }
        for _ in 0..<10 {
            await service(scene, failing).runOnce()
            scene.clock.advance(60)
        }
        #expect(try scene.store.dispatches().map(\.state) == [.givenUp])
    }
}
