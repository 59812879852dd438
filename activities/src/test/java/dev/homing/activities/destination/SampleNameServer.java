package dev.homing.activities.destination;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A name server on the loopback (RFC 1035, over UDP).
 *
 * <p>Names resolve to the addresses set by the test. {@code silent…} gets no answer, {@code
 * broken…} a SERVFAIL, and any other name does not exist.
 */
public final class SampleNameServer implements AutoCloseable {
  private static final int A = 1;
  private static final int AAAA = 28;
  private static final int SERVFAIL = 2;
  private static final int NXDOMAIN = 3;

  private final DatagramSocket socket;
  private final Map<String, List<InetAddress>> addresses = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile boolean silent;

  public SampleNameServer() {
    try {
      socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Thread.ofVirtual().start(this::answerAll);
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
  }

  public void put(String name, String... literals) {
    addresses.put(name, Arrays.stream(literals).map(InetAddress::ofLiteral).toList());
  }

  void remove(String name) {
    addresses.remove(name);
  }

  /** Stops answering, or resumes. */
  void fallSilent(boolean now) {
    silent = now;
  }

  /** The names asked for, once for each query for IPv4 addresses. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  long asked(String name) {
    return asked.stream().filter(name::equals).count();
  }

  private void answerAll() {
    byte[] bytes = new byte[4_096];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
        socket.receive(packet);
        answer(Arrays.copyOf(bytes, packet.getLength()), packet);
      } catch (IOException closed) {
        // The socket was closed, which ends the loop, or the client is gone.
      }
    }
  }

  private void answer(byte[] query, DatagramPacket packet) throws IOException {
    StringBuilder dotted = new StringBuilder();
    int at = 12;
    for (; query[at] != 0; at += query[at] + 1) {
      dotted.append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII)).append('.');
    }
    String name = dotted.substring(0, dotted.length() - 1);
    int type = query[at + 2];
    if (type == A) {
      asked.add(name);
    }
    if (silent || name.startsWith("silent")) {
      return;
    }
    byte[] answer = answer(query, at + 5, name, type);
    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
  }

  private byte[] answer(byte[] query, int end, String name, int type) throws IOException {
    List<InetAddress> all = addresses.getOrDefault(name, List.of());
    List<byte[]> wanted =
        all.stream()
            .map(InetAddress::getAddress)
            .filter(bytes -> type == (bytes.length == Integer.BYTES ? A : AAAA))
            .toList();
    int code = name.startsWith("broken") ? SERVFAIL : all.isEmpty() ? NXDOMAIN : 0;
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(message);
    out.write(query, 0, 2);
    out.writeShort(0x8180 | code); // A response, with recursion.
    out.writeShort(1);
    out.writeShort(wanted.size());
    out.writeInt(0);
    out.write(query, 12, end - 12);
    for (byte[] address : wanted) {
      out.writeShort(0xc00c); // A pointer to the name in the question.
      out.writeShort(type);
      out.writeShort(1);
      out.writeInt(60);
      out.writeShort(address.length);
      out.write(address);
    }
    return message.toByteArray();
  }

  @Override
  public void close() {
    socket.close();
  }
}
