package dev.homing.app.http;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of a resource a caller wants to change (RFC 9110, section 13.1.1): a version is
 * the content of an entity tag. A tag that a compressing proxy has made weak still names its
 * version.
 *
 * @param versions null: any will do
 */
public record IfMatch(@Nullable Set<String> versions) {
  /** Any version will do. */
  public static final IfMatch ANY = new IfMatch(null);

  /** An entity tag and what separates it from the next; those characters only (section 8.8.3). */
  private static final Pattern TAG =
      Pattern.compile("\\G[ \\t]*(?:W/)?\"([!#-~\\x80-\\xff]*)\"[ \\t]*(,|$)");

  /** Reads the header, or throws a problem that says what is wrong with it. */
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

  /** Throws a problem unless the resource has a version that is wanted. */
  public void check(long version) {
    if (versions != null && !versions.contains(Long.toString(version))) {
      throw Problem.staleVersion();
    }
  }

  /** As {@link #of} reads it. */
  public static String tag(long version) {
    return "\"" + version + "\"";
  }
}
