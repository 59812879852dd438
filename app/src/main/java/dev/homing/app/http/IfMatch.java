package dev.homing.app.http;

import dev.homing.app.problem.Problem;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The versions of a resource that a caller accepts to change (RFC 9110, section 13.1.1). A version
 * is the content of an entity tag; a tag that a compressing proxy made weak counts as well.
 *
 * @param versions null: any version
 */
public record IfMatch(@Nullable Set<String> versions) {
  /** Accepts any version. */
  public static final IfMatch ANY = new IfMatch(null);

  /** An entity tag and its separator, with the allowed characters (section 8.8.3). */
  private static final Pattern TAG =
      Pattern.compile("\\G[ \\t]*(?:W/)?\"([!#-~\\x80-\\xff]*)\"[ \\t]*(,|$)");

  /** Parses the header; throws a problem if it is malformed. */
  public static IfMatch of(@Nullable String header) {
    if (header == null || header.strip().equals("*")) {
      return ANY;
    }
    Set<String> versions = new HashSet<>();
    Matcher tag = TAG.matcher(header);
    int end = 0;
    boolean more = true;
    while (more && tag.find()) {
      versions.add(tag.group(1));
      end = tag.end();
      more = tag.group(2).equals(",");
    }
    if (more || end != header.length()) {
      throw Problem.malformed("If-Match must be an ETag from a response, a list of ETags, or *.");
    }
    return new IfMatch(versions);
  }

  /** Throws a problem unless the caller accepts this version. */
  public void check(long version) {
    if (versions != null && !versions.contains(Long.toString(version))) {
      throw Problem.staleVersion();
    }
  }

  /** The entity tag of a version, as {@link #of} parses it. */
  public static String tag(long version) {
    return "\"" + version + "\"";
  }
}
