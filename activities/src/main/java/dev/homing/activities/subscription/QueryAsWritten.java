package dev.homing.activities.subscription;

import static java.util.Objects.requireNonNull;

import java.util.Iterator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/**
 * Keeps apostrophes in a query as they were written.
 *
 * <p>OkHttp would send {@code %27}, as browsers do. By RFC 3986 the two differ, and so they do for
 * receivers that verify their URL.
 */
final class QueryAsWritten {
  private static final Pattern APOSTROPHE = Pattern.compile("'|%27");
  private static final Pattern ENCODED = Pattern.compile("%27");

  private QueryAsWritten() {}

  /**
   * The same URL with the apostrophes of the text that it was parsed from.
   *
   * <p>OkHttp's builder encodes its arguments, so this changes the builder's internal list. A
   * builder made from the result encodes apostrophes again.
   */
  static HttpUrl of(HttpUrl url, String text) {
    int query = text.indexOf('?');
    if (query < 0 || text.indexOf('\'', query) < 0) {
      return url;
    }
    HttpUrl.Builder builder = url.newBuilder();
    List<String> parts = requireNonNull(builder.getEncodedQueryNamesAndValues$okhttp());
    Iterator<String> written =
        APOSTROPHE
            .matcher(text)
            .region(query, text.length())
            .results()
            .map(MatchResult::group)
            .iterator();
    for (int i = 0; i < parts.size(); i++) {
      String part = parts.get(i);
      if (part != null) { // Null for a name without a value.
        parts.set(i, ENCODED.matcher(part).replaceAll(_ -> written.next()));
      }
    }
    return builder.build();
  }
}
