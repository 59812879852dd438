package dev.homing.app.reference;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Serves the OpenAPI document of this version, to everybody. */
@RestController
class OpenApiDocument {
  private final byte[] content;
  private final String tag;

  OpenApiDocument() throws IOException {
    try (InputStream in = OpenApiDocument.class.getResourceAsStream("/openapi.json")) {
      content = requireNonNull(in, "openapi.json").readAllBytes();
    }
    CRC32C sum = new CRC32C();
    sum.update(content);
    tag = "\"" + HexFormat.of().toHexDigits((int) sum.getValue()) + "\"";
  }

  @GetMapping("/openapi.json")
  ResponseEntity<byte[]> get() {
    return ResponseEntity.ok()
        .contentType(MediaType.APPLICATION_JSON)
        .cacheControl(CacheControl.maxAge(Duration.ofMinutes(5)).cachePublic())
        .eTag(tag)
        .body(content);
  }
}
