package dev.homing.activities.subscription;

import static java.util.Objects.requireNonNull;

import java.util.Iterator;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/**
 * Keeps apostrophes in a query as they were written. OkHttp would send {@code %27}, as browsers do;
 * to RFC 3986 the two are different, and so they are to receivers who verify their URL.
 */
final class QueryAsWritten {
  private static final Pattern APOSTROPHE = Pattern.compile("'|%27");
  private static final Pattern ENCODED = Pattern.compile("%27");

  private QueryAsWritten() {}

  /**
   * The same URL with the apostrophes of the text it was parsed from.
   *
   * <p>What OkHttp's builder takes it encodes, so its list is changed: any builder that is made of
   * the result encodes them again.
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
      if (part != null) { // A name without a value has none.
        parts.set(i, ENCODED.matcher(part).replaceAll(_ -> written.next()));
      }
    }
    return builder.build();
  }
}
