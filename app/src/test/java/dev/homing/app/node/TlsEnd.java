package dev.homing.app.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import okhttp3.tls.HandshakeCertificates;

/** Where TLS ends before a part that has none: passes on what it deciphers. */
final class TlsEnd implements AutoCloseable {
  private final SSLServerSocket server;
  private final int to;

  /** For HTTP/2, and for clients only that show a certificate which these trust. */
  TlsEnd(HandshakeCertificates certificates, int to) {
    this.to = to;
    try {
      this.server =
          (SSLServerSocket)
              certificates
                  .sslContext()
                  .getServerSocketFactory()
                  .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    SSLParameters asked = server.getSSLParameters();
    asked.setApplicationProtocols(new String[] {"h2"});
    asked.setNeedClientAuth(true);
    server.setSSLParameters(asked);
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket part = new Socket(InetAddress.getLoopbackAddress(), to);
        Thread.ofVirtual().start(() -> pump(client, part));
        Thread.ofVirtual().start(() -> pump(part, client));
      }
    } catch (IOException closed) {
      // Nobody is let in any more.
    }
  }

  private static void pump(Socket from, Socket into) {
    try (from;
        into) {
      from.getInputStream().transferTo(into.getOutputStream());
    } catch (IOException broken) {
      // Each side is closed when the other is; so is who shows no certificate.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
