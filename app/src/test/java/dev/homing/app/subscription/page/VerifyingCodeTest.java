package dev.homing.app.subscription.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the code that receivers are shown: Python and Java always, the others where they are. */
class VerifyingCodeTest {
  private static final String SECRET = "whsec_c2VjcmV0IG9mIHRoZSByZWNlaXZlciwgMzIgYnl0ZXM=";
  private static final String OTHER = "whsec_c2VjcmV0IG9mIGFub3RoZXIgb25lLCBhbHNvIDMyIGI=";
  private static final String BODY = "{\"name\":\"Zoë\"}";

  @TempDir private Path folder;

  /**
   * A program that calls the code with each five arguments, which are the secret, the id, the
   * timestamp, the signatures and the body, and prints a line for each.
   *
   * @param code name of the file with the code
   * @param caller name of the file that calls it
   */
  private record Program(
      String language, String code, String caller, String source, List<String> command) {
    @Override
    public String toString() {
      return language;
    }
  }

  static Stream<Program> programs() {
    return Stream.of(
        new Program(
            "Python",
            "verify.py",
            "run.py",
            """
            import sys
            from verify import verify
            for n in range(1, len(sys.argv), 5):
                s, i, t, g, b = sys.argv[n:n + 5]
                headers = {"webhook-id": i, "webhook-timestamp": t, "webhook-signature": g}
                print(str(verify(s, headers, b.encode())).lower())
            """,
            List.of("python3", "run.py")),
        new Program(
            "JavaScript",
            "verify.mjs",
            "run.mjs",
            """
            import { verify } from "./verify.mjs";
            for (let n = 2; n < process.argv.length; n += 5) {
              const [s, i, t, g, b] = process.argv.slice(n);
              const headers = { "webhook-id": i, "webhook-timestamp": t, "webhook-signature": g };
              console.log(verify(s, headers, Buffer.from(b)));
            }
            """,
            List.of("node", "run.mjs")),
        new Program(
            "Java",
            "Verify.java",
            "Run.java",
            """
            import java.nio.charset.StandardCharsets;
            import java.util.Map;
            class Run {
              public static void main(String[] a) throws Exception {
                for (int n = 0; n < a.length; n += 5) {
                  var headers =
                      Map.of(
                          "webhook-id", a[n + 1],
                          "webhook-timestamp", a[n + 2],
                          "webhook-signature", a[n + 3]);
                  var body = a[n + 4].getBytes(StandardCharsets.UTF_8);
                  System.out.println(Verify.verify(a[n], headers, body));
                }
              }
            }
            """,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "Run.java")),
        new Program(
            "Go",
            "verify.go",
            "run.go",
            """
            package main
            import ("fmt"; "net/http"; "os")
            func main() {
              for n := 1; n < len(os.Args); n += 5 {
                header := http.Header{}
                header.Set("webhook-id", os.Args[n + 1])
                header.Set("webhook-timestamp", os.Args[n + 2])
                header.Set("webhook-signature", os.Args[n + 3])
                fmt.Println(Verify(os.Args[n], header, []byte(os.Args[n + 4])))
              }
            }
            """,
            List.of("go", "run", "run.go", "verify.go")),
        new Program(
            "Ruby",
            "verify.rb",
            "run.rb",
            """
            require_relative "verify"
            ARGV.each_slice(5) do |s, i, t, g, b|
              headers = { "webhook-id" => i, "webhook-timestamp" => t, "webhook-signature" => g }
              puts verify(s, headers, b)
            end
            """,
            List.of("ruby", "run.rb")),
        new Program(
            "PHP",
            "verify.php",
            "run.php",
            """
            <?php
            require 'verify.php';
            foreach (array_chunk(array_slice($argv, 1), 5) as [$s, $i, $t, $g, $b]) {
                $headers = ['webhook-id' => $i, 'webhook-timestamp' => $t, 'webhook-signature' => $g];
                echo verify($s, $headers, $b) ? "true\\n" : "false\\n";
            }
            """,
            List.of("php", "run.php")));
  }

  @Test
  void isShownInSixLanguages() {
    assertThat(VerifyingCode.ALL.stream().map(VerifyingCode::language))
        .containsExactlyElementsOf(programs().map(Program::language).toList());
  }

  @Test
  void isTheSameInTheReference() throws IOException {
    assertThat(Files.readString(Path.of("../docs/api.md")))
        .contains("```python\n" + VerifyingCode.ALL.getFirst().code() + "```");
  }

  @ParameterizedTest
  @MethodSource("programs")
  void acceptsWhatHomingSignedAndRejectsTheRest(Program program)
      throws IOException, InterruptedException, GeneralSecurityException {
    assumeTrue(isThere(program), program.command().getFirst());
    Files.writeString(folder.resolve(program.code()), shown(program));
    Files.writeString(folder.resolve(program.caller()), program.source());
    long now = Instant.now().getEpochSecond();
    long late = now - Duration.ofMinutes(6).toSeconds();
    long early = now + Duration.ofHours(1).toSeconds(); // Still early after a slow compile.
    String signed = signature(SECRET, now, BODY);

    assertThat(
            output(
                program,
                Stream.of(
                    List.of(SECRET, "evt_1", "" + now, signed, BODY),
                    List.of(SECRET, "evt_1", "" + now, "v1,AAAA " + signed, BODY),
                    List.of(SECRET, "evt_1", "" + now, "v1a,AAAA v2,x " + signed, BODY),
                    List.of(OTHER, "evt_1", "" + now, signed, BODY),
                    List.of(SECRET, "evt_2", "" + now, signed, BODY),
                    List.of(SECRET, "evt_1", "" + (now + 1), signed, BODY),
                    List.of(SECRET, "evt_1", "" + now, signed, BODY + " "),
                    List.of(SECRET, "evt_1", "" + now, signed.replace("v1,", "v1a,"), BODY),
                    List.of(SECRET, "evt_1", "" + late, signature(SECRET, late, BODY), BODY),
                    List.of(SECRET, "evt_1", "" + early, signature(SECRET, early, BODY), BODY))))
        .containsExactly(
            "true", "true", "true", "false", "false", "false", "false", "false", "false", "false");
  }

  private static boolean isThere(Program program) {
    boolean always = program.language().equals("Python") || program.language().equals("Java");
    return always
        || Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program.command().getFirst())));
  }

  /** A Go program must be of one package. */
  private static String shown(Program program) {
    return VerifyingCode.ALL.stream()
        .filter(code -> code.language().equals(program.language()))
        .map(VerifyingCode::code)
        .map(code -> code.replace("package receiver", "package main"))
        .findFirst()
        .orElseThrow();
  }

  private static String signature(String secret, long timestamp, String body)
      throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    byte[] bytes = mac.doFinal("evt_1.%d.%s".formatted(timestamp, body).getBytes(UTF_8));
    return "v1," + Base64.getEncoder().encodeToString(bytes);
  }

  private List<String> output(Program program, Stream<List<String>> calls)
      throws IOException, InterruptedException {
    // At the lowest priority: with an empty cache, Go compiles its library for a minute.
    List<String> command = new ArrayList<>(List.of("nice", "-n", "19"));
    command.addAll(program.command());
    calls.forEach(command::addAll);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.lines().toList();
  }
}
