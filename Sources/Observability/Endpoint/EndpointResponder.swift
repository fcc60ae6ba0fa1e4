import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Maintenance
import NIOCore

/// What belongs to one request besides the request itself.
struct EndpointContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let connection: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        connection = source.channel
    }
}

/// How much of the endpoint one client may take.
struct EndpointLimits: Sendable {
    /// How many connections are open at the same time; further ones wait to be accepted.
    var connections = 256
    /// How long a connection may be silent, and the head of a request take to arrive.
    var idleTimeout = TimeAmount.seconds(15)
    /// How long a client may take to send a body and to read its answer.
    var requestPatience = TimeAmount.seconds(20)
}

/// All that the endpoint answers: health, metrics, pings.
struct EndpointResponder: HTTPResponder {
    let health: Health
    let metrics: MetricsCollector
    let desk: PingDesk
    /// Keeps a ping; what it throws is said to the sender, who then tries again.
    let keep: @Sendable (Ping) throws -> Void
    let clock: any WallClock
    let log: Logger
    var limits = EndpointLimits()
    private let side = SideQueue()

    @concurrent
    func respond(to request: Request, context: EndpointContext) async throws -> Response {
        let clock = RequestClock(context.connection, patience: limits.requestPatience)
        let answer = await answer(request, context, clock)
        return answer.response(isHead: request.method == .head, clock: clock)
    }

    private func answer(
        _ request: Request, _ context: EndpointContext, _ clock: RequestClock
    ) async -> EndpointAnswer {
        let path = request.uri.path
        // Longer than any address here.
        guard path.utf8.count <= 300 else { return unread(.notFound, request) }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(Substring.init)
        switch parts.first {
        case "ping": return await ping(parts, request, context, clock)
        case "healthz" where parts.count == 1: return await unread(looking(request) { await healthAnswer }, request)
        case "readyz" where parts.count == 1: return await unread(looking(request) { readinessAnswer }, request)
        case "metrics" where parts.count == 1:
            let answer = await looking(request) {
                EndpointAnswer(status: .ok, mediaType: MetricsPage.mediaType, body: await metrics.page())
            }
            return unread(answer, request)
        default: return unread(.notFound, request)
        }
    }

    // MARK: Looking

    private func looking(_ request: Request, _ answer: () async -> EndpointAnswer) async -> EndpointAnswer {
        request.method == .get || request.method == .head ? await answer() : .notAllowed("GET, HEAD")
    }

    private var healthAnswer: EndpointAnswer {
        get async {
            let report = await side.run { health.report }
            return Self.answer(report)
        }
    }

    private static func answer(_ report: HealthReport) -> EndpointAnswer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and lists of texts can always be encoded.
        let body = (try? encoder.encode(report)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
        return EndpointAnswer(
            status: report.isWell ? .ok : .serviceUnavailable, mediaType: "application/json; charset=utf-8",
            body: body + "\n")
    }

    private var readinessAnswer: EndpointAnswer {
        let phase = health.phase
        return EndpointAnswer(status: phase == .ready ? .ok : .serviceUnavailable, body: phase.rawValue + "\n")
    }

    // MARK: Pings

    private func ping(
        _ parts: [Substring], _ request: Request, _ context: EndpointContext, _ clock: RequestClock
    ) async -> EndpointAnswer {
        guard [.get, .head, .post].contains(request.method) else {
            return unread(.notAllowed("GET, HEAD, POST"), request)
        }
        let address: PingAddress
        do throws(PingAddress.Fault) {
            address = try PingAddress(parts, run: request.uri.queryParameters["rid"])
        } catch {
            switch error {
            case .noSuchSignal: return unread(.notFound, request)
            case .noUUID: return unread(.badRequest("'rid' is no UUID"), request)
            }
        }
        do {
            guard let expectation = try desk.expectation(of: address.key) else { return unread(.notFound, request) }
            let body = try await RequestBodyStart(of: request, clock: clock)
            let ping = Ping(
                expectation: expectation, at: self.clock.now, signal: address.signal, run: address.run,
                sender: context.connection.remoteAddress?.ipAddress, body: body.bytes, bodyBytes: body.count)
            try await side.run { try keep(ping) }
            desk.bell.ring()
            var answer = EndpointAnswer.ok
            answer.leavesBody = body.isCut
            return answer
        } catch RequestBodyStart.Fault.incomplete {
            return unread(.badRequest("the body did not arrive in full; the ping does not count"), request)
        } catch {
            // The key stays out of the log.
            log.error("a ping could not be kept", metadata: ["error": "\(error)"])
            return unread(.unavailable("the ping could not be kept; try again"), request)
        }
    }

    /// The answer to a request whose body, if it has one, is not read.
    private func unread(_ answer: EndpointAnswer, _ request: Request) -> EndpointAnswer {
        var answer = answer
        let length = request.headers[.contentLength]
        answer.leavesBody = request.headers[.transferEncoding] != nil || (length != nil && length != "0")
        return answer
    }
}
