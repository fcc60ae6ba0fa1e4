import HTTPTypes

/// What is wrong with a request, as its sender will read it.
struct RequestFault: Error, CustomStringConvertible {
    let status: HTTPResponse.Status
    let description: String
    var headers: HTTPFields = [:]

    static func badRequest(_ text: String) -> Self { .init(status: .badRequest, description: text) }
    static func notFound(_ text: String) -> Self { .init(status: .notFound, description: text) }
}

/// The connection failed while a request was being read: nobody is left to answer.
struct ConnectionFault: Error {
    let cause: any Error
}
