package dev.homing.activities.outbound;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The recorded headers of an answer: hints at why it refuses, and what the receiver asks for. */
public final class ResponseHeaders {
  private static final List<String> OF_ANY = List.of(Attempt.DELIVERY_CONTROL);
  private static final List<String> OF_REFUSALS =
      List.of(
          "content-length",
          "content-type",
          "location",
          "retry-after",
          "server",
          "www-authenticate",
          Attempt.DELIVERY_CONTROL);

  private static final int MAX_LENGTH = 500;
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<Map<String, String>> BY_NAME = new TypeReference<>() {};

  private ResponseHeaders() {}

  /**
   * The recorded headers, with names in lower case; values of at most 500 printable ASCII
   * characters.
   */
  static Map<String, String> of(Response response) {
    Map<String, String> recorded = new TreeMap<>();
    for (String name : response.isSuccessful() ? OF_ANY : OF_REFUSALS) {
      List<String> values = response.headers(name);
      if (!values.isEmpty()) {
        recorded.put(name, printable(String.join(", ", values)));
      }
    }
    return recorded;
  }

  private static String printable(String value) {
    String bounded = value.substring(0, Math.min(value.length(), MAX_LENGTH));
    return bounded.replaceAll("[^ -~]", "?");
  }

  /** The headers as the ledger stores them; null if there are none. */
  public static @Nullable String json(Map<String, String> headers) {
    return headers.isEmpty() ? null : JSON.writeValueAsString(headers);
  }

  public static Map<String, String> read(@Nullable String json) {
    return json == null ? Map.of() : new TreeMap<>(JSON.readValue(json, BY_NAME));
  }
}
