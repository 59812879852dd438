package dev.homing.app.page;

import dev.homing.app.problem.ProblemPages;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.TemplateOutput;
import gg.jte.output.StringOutput;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/**
 * Renders pages from templates that were compiled with the classes beside them.
 *
 * <p>A page that shows the same as before is not sent again to a browser that polls it: the page
 * carries a digest of itself, and the poll sends that back.
 */
@Component
public class Templates {
  /** The header of a poll with the digest of what is shown. */
  static final String SEEN = "Homing-Seen";

  /** Stands for the digest until the page is complete; its first occurrence counts. */
  public static final String DIGEST = "~digest~";

  private static final int DIGEST_BYTES = 9;

  private final TemplateEngine engine =
      TemplateEngine.createPrecompiled(
          null, ContentType.Html, Templates.class.getClassLoader(), "dev.homing.app");

  /**
   * A page; 204 if a poll has seen it.
   *
   * @param template its path below the folder of templates
   * @param model its only parameter
   */
  public ResponseEntity<byte[]> page(HttpServletRequest request, String template, Object model) {
    String page = render(template, model);
    String digest = digest(page);
    if (digest.equals(request.getHeader(SEEN))) {
      return ResponseEntity.noContent().build();
    }
    return page(HttpStatus.OK, withDigest(page, digest));
  }

  /** A page with another status, such as a form with its faults. */
  public ResponseEntity<byte[]> page(HttpStatus status, String template, Object model) {
    return page(status, withDigest(render(template, model), ""));
  }

  private static ResponseEntity<byte[]> page(HttpStatus status, String page) {
    return ResponseEntity.status(status)
        .contentType(ProblemPages.HTML)
        .body(page.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends the browser to another page, by GET. */
  public static ResponseEntity<byte[]> see(String path) {
    return ResponseEntity.status(HttpStatus.SEE_OTHER).location(URI.create(path)).build();
  }

  String render(String template, Object model) {
    TemplateOutput output = new StringOutput();
    engine.render(template, model, output);
    return output.toString();
  }

  static String withDigest(String page, String digest) {
    int at = page.indexOf(DIGEST);
    return at < 0 ? page : page.substring(0, at) + digest + page.substring(at + DIGEST.length());
  }

  private static String digest(String page) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(page.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(hash, DIGEST_BYTES));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // Every Java platform has it.
    }
  }
}
