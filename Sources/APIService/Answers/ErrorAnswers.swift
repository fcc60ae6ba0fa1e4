import GRDB
import HTTPTypes
import Hummingbird
import Logging
import SystemPackage

/// Makes an answer in JSON of whatever went wrong, and logs what its sender must not see.
struct ErrorAnswers: RouterMiddleware {
    typealias Context = ServiceContext

    let logger: Logger

    func handle(
        _ request: Request, context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as ConnectionFault {
            throw error.cause
        } catch {
            let fault = Self.fault(for: error)
            if fault.status.kind == .serverError {
                logger.error("\(request.method.rawValue) \(request.uri.path): \(fault.status.code), \(error)")
            }
            return try .json(ErrorAnswer(error: fault.description), status: fault.status, headers: fault.headers)
        }
    }

    /// The table of statuses.
    static func fault(for error: any Error) -> RequestFault {
        switch error {
        case let fault as RequestFault: return fault
        case let error as UserFieldsError: return .badRequest(error.description)
        case let error as UserQueryError: return .badRequest(error.description)
        case let error as StoreError: return fault(for: error)
        case let error as DatabaseError: return fault(for: error)
        case is CancellationError: return unavailable("the service is stopping")
        case let error as HTTPError where error.status == .notFound:
            return .notFound("there is nothing at this address")
        default: return internalError
        }
    }

    private static func fault(for error: StoreError) -> RequestFault {
        switch error {
        case .noSuchUser: .notFound(error.description)
        case .duplicateEmail: RequestFault(status: .conflict, description: error.description)
        case .busy: unavailable(error.description)
        case .databaseGone: unavailable("the database is gone")
        case .replacedMeanwhile: unavailable("the database was replaced meanwhile; make the change again")
        case .foreignTable: unavailable("the database was replaced by one that does not fit")
        }
    }

    private static func fault(for error: DatabaseError) -> RequestFault {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: unavailable(StoreError.busy.description)
        case .SQLITE_READONLY, .SQLITE_PERM: unavailable("the database is read-only at the moment")
        case .SQLITE_FULL: unavailable("there is no room left for the database")
        case .SQLITE_CANTOPEN: unavailable("the database cannot be opened")
        case .SQLITE_INTERRUPT, .SQLITE_ABORT: unavailable("the service is stopping")
        case .SQLITE_CONSTRAINT where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE:
            RequestFault(status: .conflict, description: "another user has this address")
        default: internalError
        }
    }

    private static func unavailable(_ text: String) -> RequestFault {
        RequestFault(status: .serviceUnavailable, description: text, headers: [.retryAfter: "1"])
    }

    private static let internalError = RequestFault(
        status: .internalServerError, description: "something went wrong in the service; its log says what")
}
