package dev.homing.app.page;

import static java.util.Objects.requireNonNull;

import dev.homing.app.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Serves the files of the pages, under names that change with their content. */
@RestController
public class Assets {
  private static final int HASH_BYTES = 6;
  private static final Map<String, MediaType> TYPES =
      Map.of(
          "css", MediaType.valueOf("text/css;charset=UTF-8"),
          "js", MediaType.valueOf("text/javascript;charset=UTF-8"),
          "svg", MediaType.valueOf("image/svg+xml"));

  private static final Map<String, Asset> BY_FILE =
      Stream.of("homing.css", "homing.js", "theme.js", "htmx.min.js", "homing.svg")
          .map(Asset::load)
          .collect(Collectors.toMap(Asset::file, Function.identity()));

  private static final Map<String, Asset> BY_NAME =
      BY_FILE.values().stream().collect(Collectors.toMap(Asset::name, Function.identity()));

  /** The path of a file, like {@code /assets/homing.1f0c9a.css}. */
  public static String path(String file) {
    return "/assets/" + requireNonNull(BY_FILE.get(file), file).name();
  }

  @GetMapping("/assets/{name}")
  ResponseEntity<byte[]> get(@PathVariable String name) {
    Asset asset = BY_NAME.get(name);
    if (asset == null) {
      throw Problem.notFound("file", name);
    }
    return ResponseEntity.ok()
        .contentType(requireNonNull(TYPES.get(asset.extension())))
        .cacheControl(CacheControl.maxAge(Duration.ofDays(365)).cachePublic().immutable())
        .body(asset.content());
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Asset(String file, String hash, byte[] content) {
    static Asset load(String file) {
      try (InputStream in = Assets.class.getResourceAsStream("/assets/" + file)) {
        byte[] content = requireNonNull(in, file).readAllBytes();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
        return new Asset(file, HexFormat.of().formatHex(Arrays.copyOf(hash, HASH_BYTES)), content);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException(impossible); // Every Java platform has it.
      }
    }

    String extension() {
      return file.substring(file.lastIndexOf('.') + 1);
    }

    String name() {
      return file.substring(0, file.lastIndexOf('.') + 1) + hash + "." + extension();
    }
  }
}
