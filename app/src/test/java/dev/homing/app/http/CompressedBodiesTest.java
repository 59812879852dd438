package dev.homing.app.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.homing.app.journey.Api;
import dev.homing.app.journey.Receipt;
import dev.homing.app.journey.RunningHoming;
import dev.homing.app.journey.ScriptedReceiver;
import dev.homing.app.problem.ProblemsTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies may be compressed with gzip; the inflated bytes count. */
class CompressedBodiesTest {
  private static final String QUIET = "/webhooks/nobody.hears.this";
  private static final int LIMIT = 256 * 1024;
  private static final byte[] SUBSCRIPTION =
      "{\"url\": \"https://example.com\", \"event_types\": [\"a.b\"]}".getBytes(UTF_8);

  private final Api api = RunningHoming.shared().api();

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes);
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
    return compressed.toByteArray();
  }

  static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** Empty gzip members. */
  static byte[] members(int count) {
    byte[][] all = new byte[count][];
    Arrays.fill(all, gzip(new byte[0]));
    return joined(all);
  }

  private static byte[] reservedFlag(byte[] gzip) {
    byte[] changed = gzip.clone();
    changed[3] |= 1 << 5;
    return changed;
  }

  private static byte[] wrongSize(byte[] gzip) {
    byte[] changed = gzip.clone();
    changed[gzip.length - 1] ^= 1;
    return changed;
  }

  private Api.Answer send(String method, String path, byte[] body, String encoding) {
    return api.send(
        method,
        path,
        BodyPublishers.ofByteArray(body),
        "Content-Type",
        "application/json",
        "Content-Encoding",
        encoding);
  }

  private byte[] stored(Api.Answer accepted) {
    return api.get("/events/" + Api.id(accepted.expect(202)) + "/payload").expect(200).body();
  }

  @Test
  void inflatedBytesAreStoredAndDelivered() {
    byte[] payload = "{\"hello\": \"wörld\"}".getBytes(UTF_8);
    try (ScriptedReceiver receiver = ScriptedReceiver.start()) {
      String type = api.subscribed(receiver).type();

      Api.Answer accepted = send("POST", "/webhooks/" + type, gzip(payload), "gzip");

      assertThat(stored(accepted)).isEqualTo(payload);
      Receipt receipt = receiver.awaitReceipts(1).getFirst();
      assertThat(receipt.body()).isEqualTo(payload);
      assertThat(receipt.headers().keySet())
          .noneMatch(name -> name.equalsIgnoreCase("content-encoding"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZIP", "x-gzip"})
  void everyRouteAcceptsThem(String encoding) {
    byte[] subscription = gzip(SUBSCRIPTION);
    String path =
        "/subscriptions/"
            + Api.id(send("POST", "/subscriptions", subscription, encoding).expect(201));

    send("PUT", path, subscription, encoding).expect(200);
    send("PATCH", path, gzip("{\"description\": \"d\"}".getBytes(UTF_8)), encoding).expect(200);
    api.delete(path).expect(204);
  }

  /** A repeat has the same body, compressed or not. */
  @Test
  void aRepeatMayBeUncompressed() {
    byte[] payload = "{\"some\": \"thing\"}".getBytes(UTF_8);
    String key = UUID.randomUUID().toString();
    Api.Answer first =
        api.send("POST", QUIET, BodyPublishers.ofByteArray(gzip(payload)), headers(key, "gzip"));

    Api.Answer repeat =
        api.send("POST", QUIET, BodyPublishers.ofByteArray(payload), headers(key, "identity"));
    Api.Answer other =
        api.send(
            "POST", QUIET, BodyPublishers.ofByteArray(gzip(payload)), headers(key, "identity"));

    assertThat(repeat.expect(202).body()).isEqualTo(first.expect(202).body());
    assertThat(repeat.header("idempotent-replayed")).isEqualTo("true");
    ProblemsTest.problem(other, 422);
  }

  private static String[] headers(String key, String encoding) {
    return new String[] {
      "Content-Type", "application/json", "Idempotency-Key", key, "Content-Encoding", encoding
    };
  }

  @Test
  void theLargestIsInflated() {
    byte[] largest = new byte[LIMIT];

    assertThat(stored(send("POST", QUIET, gzip(largest), "gzip"))).isEqualTo(largest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/subscriptions", QUIET})
  void aBombIsRefused(String path) {
    for (int size : new int[] {LIMIT + 1, 64 << 20}) {
      byte[] blanks = new byte[size];
      Arrays.fill(blanks, (byte) ' ');

      ProblemsTest.problem(send("POST", path, gzip(blanks), "gzip"), 413);
    }
  }

  /** Random bytes grow when they are compressed. */
  @Test
  void tooManyCompressedBytesAreRefusedAsWell() {
    byte[] random = new byte[LIMIT];
    new Random(1).nextBytes(random);

    ProblemsTest.problem(send("POST", QUIET, gzip(random), "gzip"), 413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "deflate", "zstd", "compress", "gzip, gzip", "gzip, br", "*"})
  void otherEncodingsAreRefusedNamingGzip(String encoding) {
    for (String path : new String[] {"/subscriptions", QUIET}) {
      Api.Answer refused = send("POST", path, gzip(new byte[1]), encoding);

      ProblemsTest.problem(refused, 415);
      assertThat(refused.header("accept-encoding")).isEqualTo("gzip");
    }
  }

  static Stream<byte[]> broken() {
    byte[] whole = gzip(SUBSCRIPTION);
    byte[] wrongSum = whole.clone();
    wrongSum[whole.length - 6] ^= 1;
    return Stream.of(
        new byte[0],
        "{}".getBytes(UTF_8),
        Arrays.copyOf(whole, 5),
        Arrays.copyOf(whole, 15),
        Arrays.copyOf(whole, whole.length - 1),
        joined(whole, Arrays.copyOf(whole, 15)),
        joined(whole, new byte[2_000]),
        joined(whole, new byte[1]),
        joined(whole, "garbage".getBytes(UTF_8)),
        joined(whole, new byte[512]),
        joined(whole, whole, "g".getBytes(UTF_8)),
        members(3_000),
        reservedFlag(whole),
        wrongSize(whole),
        wrongSum);
  }

  @ParameterizedTest
  @MethodSource("broken")
  void brokenGzipGets400(byte[] body) {
    var problem = ProblemsTest.problem(send("POST", QUIET, body, "gzip"), 400);

    assertThat(Api.text(problem, "detail")).contains("gzip");
    ProblemsTest.problem(send("POST", "/subscriptions", body, "gzip"), 400);
  }

  /** A name, a comment, an extra field and a header checksum (RFC 1952, section 2.3.1). */
  @Test
  void optionalHeaderFieldsAreAccepted() {
    byte[] plain = gzip(SUBSCRIPTION);
    byte[] fields = {
      0x1f, (byte) 0x8b, 8, 0b11110, 0, 0, 0, 0, 0, 3, 2, 0, 'x', 'y', 'n', 0, 'c', 0
    };
    CRC32 sum = new CRC32();
    sum.update(fields);
    byte[] check = {(byte) sum.getValue(), (byte) (sum.getValue() >>> 8)};
    byte[] rest = Arrays.copyOfRange(plain, 10, plain.length);

    assertThat(stored(send("POST", QUIET, joined(fields, check, rest), "gzip")))
        .isEqualTo(SUBSCRIPTION);
    check[0] ^= 1;
    ProblemsTest.problem(send("POST", QUIET, joined(fields, check, rest), "gzip"), 400);
  }

  @Test
  void upToAThousandEmptyMembersAreAccepted() {
    assertThat(stored(send("POST", QUIET, joined(members(999), gzip(SUBSCRIPTION)), "gzip")))
        .isEqualTo(SUBSCRIPTION);
    ProblemsTest.problem(
        send("POST", QUIET, joined(members(1_000), gzip(SUBSCRIPTION)), "gzip"), 400);
  }

  @Test
  void allMembersAreInflated() {
    byte[] one = new byte[4_000];
    new Random(1).nextBytes(one);

    assertThat(stored(send("POST", QUIET, joined(gzip(one), gzip(one)), "gzip")))
        .isEqualTo(joined(one, one));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
        "multipart/form-data"
      })
  void formsAreStoredUnchanged(String contentType) {
    String form = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nb=c&d\r\n--b--\r\n";

    Api.Answer accepted =
        api.send("POST", QUIET, BodyPublishers.ofString(form), "Content-Type", contentType);

    assertThat(new String(stored(accepted), UTF_8)).isEqualTo(form);
  }
}
