package dev.homing.app.http;

import dev.homing.app.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;

/**
 * Accepts JSON in UTF-8 only, as RFC 8259, section 8.1, requires. Jackson would detect UTF-16 and
 * UTF-32 by NULs, and decode invalid UTF-8. Payloads of events are not parsed at all.
 */
@RestControllerAdvice
class StrictJson extends RequestBodyAdviceAdapter {
  @Override
  public boolean supports(
      MethodParameter parameter, Type type, Class<? extends HttpMessageConverter<?>> converter) {
    return true;
  }

  @Override
  public HttpInputMessage beforeBodyRead(
      HttpInputMessage message,
      MethodParameter parameter,
      Type type,
      Class<? extends HttpMessageConverter<?>> converter)
      throws IOException {
    MediaType mediaType = message.getHeaders().getContentType();
    Charset charset = mediaType == null ? null : mediaType.getCharset();
    if (charset != null && !charset.equals(StandardCharsets.UTF_8)) {
      throw Problem.unsupported("Send JSON in UTF-8.");
    }
    return new Read(message.getHeaders(), checked(message.getBody().readAllBytes()));
  }

  private static byte[] checked(byte[] body) {
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
      if (text.chars().noneMatch(character -> character == 0)) {
        return body;
      }
    } catch (CharacterCodingException malformed) {
      // Answered below.
    }
    throw Problem.malformed("The body is not JSON in UTF-8.");
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Read(HttpHeaders headers, byte[] body) implements HttpInputMessage {
    @Override
    public HttpHeaders getHeaders() {
      return headers;
    }

    @Override
    public InputStream getBody() {
      return new ByteArrayInputStream(body);
    }
  }
}
