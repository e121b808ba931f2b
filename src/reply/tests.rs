use super::*;

#[test]
fn bodies_have_gitlabs_shape() {
    let cases = [
        (
            ApiError::Unauthorized,
            401,
            r#"{"message":"401 Unauthorized"}"#,
        ),
        (ApiError::NoRoute, 404, r#"{"error":"404 Not Found"}"#),
        (ApiError::NotFound, 404, r#"{"message":"404 Not Found"}"#),
        (
            ApiError::InvalidJson,
            400,
            r#"{"error":"Invalid JSON format"}"#,
        ),
        (
            ApiError::MediaType("text/plain".into()),
            415,
            r#"{"error":"The provided content-type 'text/plain' is not supported."}"#,
        ),
        (ApiError::BadRequest, 400, "Bad Request"),
        (
            ApiError::BadGateway,
            502,
            r#"{"message":"502 Bad Gateway"}"#,
        ),
    ];
    for (error, status, body) in cases {
        assert_eq!(
            (error.status().as_u16(), error.body().as_str()),
            (status, body)
        );
    }
}

#[test]
fn quotes_from_a_client_stay_inside_the_string() {
    let body = ApiError::MediaType("\"},{\"x".into()).body();
    let value: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(value.as_object().unwrap().len(), 1);
}
