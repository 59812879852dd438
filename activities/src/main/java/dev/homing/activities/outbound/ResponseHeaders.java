package dev.homing.activities.outbound;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Of an answer that refuses: what says where to look, and when to come back. */
public final class ResponseHeaders {
  private static final List<String> KEPT =
      List.of("content-type", "location", "retry-after", "server");

  private static final int LONGEST = 500;
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<Map<String, String>> BY_NAME = new TypeReference<>() {};

  private ResponseHeaders() {}

  /** Those that are kept, in lower case; each of at most 500 characters of printable ASCII. */
  static Map<String, String> of(Response response) {
    Map<String, String> kept = new TreeMap<>();
    for (String name : KEPT) {
      List<String> values = response.headers(name);
      if (!values.isEmpty()) {
        kept.put(name, printable(String.join(", ", values)));
      }
    }
    return kept;
  }

  private static String printable(String value) {
    String bounded = value.substring(0, Math.min(value.length(), LONGEST));
    return bounded.replaceAll("[^ -~]", "?");
  }

  /** As the ledger has them; null: none. */
  public static @Nullable String json(Map<String, String> headers) {
    return headers.isEmpty() ? null : JSON.writeValueAsString(headers);
  }

  public static Map<String, String> read(@Nullable String json) {
    return json == null ? Map.of() : new TreeMap<>(JSON.readValue(json, BY_NAME));
  }
}
