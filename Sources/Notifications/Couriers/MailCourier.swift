import Foundation
import Maintenance
import Networking
import Reports

extension Couriers {
    /// Sends a notice by mail.
    func send(
        _ notice: Notice, _ channel: MailChannel, to recipients: [String]?, limit: Duration
    ) async -> DeliveryResult {
        var mask = SecretMask()
        do {
            var login: MailRequest.Login?
            if let given = channel.login {
                login = MailRequest.Login(user: given.user, password: try reveal(given.password, &mask))
                mask.add(Secret("\0\(given.user)\0\(login?.password ?? "")"))
            }
            let message = MailMessage(notice, from: channel.from, to: channel.to, timeZone: timeZone())
            let request = MailRequest(
                server: channel.server, login: login, ownName: notice.host, sender: channel.from.address,
                recipients: recipients ?? channel.to.map(\.address), message: message.bytes, timeLimit: limit)
            return Self.result(try await mail.send(request), mask)
        } catch let error as MailFailure {
            return .failed(reason: mask.mask("\(error)"), isTemporary: error.isTemporary)
        } catch {
            return .failed(reason: mask.mask("\(error)"), isTemporary: false)
        }
    }

    /// Whoever was refused for good is named; whoever may be taken later gets it later.
    private static func result(_ receipt: MailReceipt, _ mask: SecretMask) -> DeliveryResult {
        let refusals = receipt.refused.map { "; refused for \($0.recipient): \($0.answer)" }.joined()
        let answer = mask.mask(receipt.answer + refusals)
        let later = receipt.refused.filter(\.isTemporary).map(\.recipient)
        return later.isEmpty ? .delivered(answer: answer) : .partly(answer: answer, remaining: later)
    }
}

extension MailChannel {
    fileprivate var server: MailServer {
        let kind: MailServer.Security =
            switch security {
            case .required: isSecureFromStart ? .fromStart : .startTLS
            case .ifOffered: isSecureFromStart ? .fromStart : .ifOffered
            case .none: isSecureFromStart ? .fromStart : .none
            }
        return MailServer(host: host, port: port, security: kind, certificateAuthority: authority)
    }
}
