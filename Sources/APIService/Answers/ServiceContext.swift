import Hummingbird
import Logging
import NIOCore

/// What belongs to one request besides the request itself.
struct ServiceContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection the request came over; nil where it came over none.
    let connection: (any Channel)?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        connection = source.channel
    }

    /// A request that did not come over a connection.
    init(logger: Logger) {
        coreContext = .init(source: PlainSource(logger: logger))
        connection = nil
    }

    private struct PlainSource: RequestContextSource {
        let logger: Logger
    }
}
